# usage: cgroups.sh, in the test machine: what a cgroup of its own costs a service, on a kernel with every controller.
# Prints `start WHERE CAPPED MILLISECONDS` for each round, `pss WHERE COUNT KIB` for each size, and `look COUNT WORD MILLISECONDS` for
# what an operator asks where the kernel counts.
starts=60

# chain COUNT KEYS: oneshots that start one after the other.
chain() {
  for i in $(seq "$1"); do
    printf '[service.s%d]\ntype = "oneshot"\ncommand = ["/tests/exits", "0"]\nlog = "none"\n%s\n' "$i" "$2"
    [ "$i" -eq 1 ] || printf 'depends_on = ["s%d"]\n' $((i - 1))
  done
}

# many COUNT KEYS: services that stay.
many() {
  for i in $(seq "$1"); do printf '[service.s%d]\ncommand = ["/tests/hang"]\n%s\n' "$i" "$2"; done
}

# In hundredths of a second, without the cost of a process.
uptime_cs() { read -r now _ </proc/uptime; echo "${now%.*}${now#*.}"; }

# spent FILE OPTIONS…: how long a whole run takes.
spent() {
  file=$1; shift
  before=$(uptime_cs)
  container "$@" -- mcp-init run --config "$file" >/dev/null 2>&1 || { echo "failed: $file" >&2; exit 1; }
  echo $(($(uptime_cs) - before))
}

caps='memory_max = "64MiB"
tasks_max = 20
cpu_max = 1.0'
chain $starts '' >/root/plain.toml
chain $starts "$caps" >/root/capped.toml
chain 1 '' >/root/one.toml
for round in 0 1 2 3 4 5 6; do
  one=$(spent /root/one.toml)
  for what in "none plain --cgroup none" "tree plain --cgroup rw" "tree capped --cgroup rw"; do
    set -- $what
    all=$(spent "/root/$2.toml" "$3" "$4")
    # The first round warms everything up.
    [ $round -eq 0 ] || echo "start $1 $2 $(((all - one) * 10000 / (starts - 1)))"
  done
done

# looks PID COUNT: whole runs of mcp-init beside PID 1, which has answered everything once.
looks() {
  for word in --version status; do
    for rounds in 1 40; do
      before=$(uptime_cs)
      nsenter -t "$1" -m -p sh -c 'for i in $(seq '$rounds'); do mcp-init '$word' >/dev/null || exit 1; done' ||
        { echo "failed: $word" >&2; exit 1; }
      took=$(($(uptime_cs) - before))
    done
    echo "look $2 $word $((took * 10000 / rounds))"
  done
}

for where in none rw; do
  for count in 15 200; do
    many $count "$caps" >/root/many.toml
    container --cgroup $where -- mcp-init run --config /root/many.toml >/tmp/log 2>&1 &
    runtime=$!
    for wait in $(seq 300); do grep -q 'up after' /tmp/log && break; sleep 0.1; done
    for status in $(grep -l 'NSpid:.*[[:space:]]1$' /proc/[0-9]*/status 2>/dev/null); do
      grep -q mcp-init "${status%status}cmdline" && echo "pss $where $count $(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "${status%status}smaps_rollup")"
      grep -q mcp-init "${status%status}cmdline" && [ $where = rw ] && pid=${status#/proc/} && looks "${pid%/status}" $count
    done
    kill $runtime
    wait $runtime
  done
done
