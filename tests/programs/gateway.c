// gateway SOCKET: a service that listens there; each connection is a gateway of its own, a child of this process in a group of its own,
// that starts servers and does with them as the connection says. `gateway -`: one gateway, on stdin and stdout.
// A gateway ends with its connection. It says `gateway PID` first, then one line for each of these:
//   spawn [--own-session] [--sockets] [--terminal] [--whole-environment] -- WORD…   spawned N PID
//   tell N TEXT             a line to its stdin                      told N
//   hear N [MS]             a line of its stdout                     heard N TEXT | end N | silence N
//   complaint N [MS]        a line of its stderr                     the same
//   close N                 its stdin                                closed N
//   deafen N                our end of its stdout and stderr         deafened N
//   signal N SIGNAL         to it, or (group N SIGNAL) to its group  signalled N ERRNO
//   ending N [MS]                                                    ended N exit CODE | ended N signal SIGNAL | runs N
//   strict                  from now on, one that ends with a code other than 0 makes us end all others by SIGTERM     strict
//   ended                   how many we have ended so                ended COUNT
//   churn COUNT ATONCE [OPTION…] -- WORD…     see below               churned GOOD of COUNT[, then: PROBLEM]
//   pump N BYTES LINE SEED NOISE NOISESEED   see below               pumped N out same|different BYTES err same|different BYTES ms MS
//   exit CODE
// A server gets PATH, HOME and MCP_INIT_RUNTIME_DIR and no other variable, as from MetaMCP.
#include "common.h"
#include "noise.h"
#include <ctype.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#define MOST 512
#define USUAL_MS 15000

struct server {
    pid_t pid;
    int in, out, err, status;
    bool over, asked;
};

static struct server servers[MOST];
static int count, deaths, control_in = 0, control_out = 1, ended_by_us;
static bool strict;

static void answer(const char *format, ...)
{
    static char line[70000];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    for (int sent = 0; sent < length;) {
        ssize_t wrote = write(control_out, line + sent, length - sent);
        if (wrote < 0 && errno != EINTR)
            exit(0);
        sent += wrote > 0 ? wrote : 0;
    }
}

static void collect(void)
{
    struct signalfd_siginfo info;
    while (read(deaths, &info, sizeof info) == sizeof info)
        continue;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (int i = 0; i < count; i++)
            if (servers[i].pid == pid && !servers[i].over) {
                servers[i].over = true;
                servers[i].status = status;
                for (int other = 0; strict && status != 0 && !servers[i].asked && other < count; other++)
                    if (!servers[other].over && !servers[other].asked) {
                        kill(servers[other].pid, SIGTERM);
                        servers[other].asked = true;
                        ended_by_us++;
                    }
            }
}

/* Waits until FD may be read, or the time is over; children that end are collected meanwhile. -1 waits for children alone. */
static bool wait_for(int fd, int64_t until)
{
    for (;;) {
        struct pollfd ends[] = {{.fd = deaths, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        int64_t left = until - now_ms();
        int found = poll(ends, 2, until < 0 ? -1 : left < 0 ? 0 : (int)left);
        if (found < 0 && errno != EINTR)
            fail("poll");
        if (found > 0 && ends[0].revents) {
            collect();
            if (fd < 0)
                return true;
        }
        if (found > 0 && ends[1].revents)
            return true;
        if (until >= 0 && now_ms() >= until)
            return false;
    }
}

static void make_ends(int ends[2], bool sockets)
{
    if (sockets ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 : pipe2(ends, O_CLOEXEC) < 0)
        fail("pipe");
}

static void make_terminal(int ends[2])
{
    ends[1] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[1] < 0 || grantpt(ends[1]) < 0 || unlockpt(ends[1]) < 0)
        fail("posix_openpt");
    ends[0] = open(ptsname(ends[1]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] < 0)
        fail("terminal");
}

static void become_server(char **words, int in, int out, int err, bool session, bool terminal, bool whole)
{
    static char path[4096], home[64] = "HOME=/", directory[4096];
    if (session || terminal)
        setsid();
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    if (terminal)
        ioctl(0, TIOCSCTTY, 0);
    signal(SIGPIPE, SIG_DFL);
    sigset_t nothing;
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, NULL);
    if (!whole) {
        char *where = getenv("MCP_INIT_RUNTIME_DIR"), *search = getenv("PATH");
        static char *few[4] = {path, home, directory};
        snprintf(path, sizeof path, "PATH=%s", search ? search : "/usr/bin:/bin");
        snprintf(directory, sizeof directory, "MCP_INIT_RUNTIME_DIR=%s", where ? where : "");
        if (!where)
            few[2] = NULL;
        environ = few;
    }
    execvp(words[0], words);
    dprintf(2, "gateway: %s: %s\n", words[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static bool start(char **words, struct server *server)
{
    bool session = false, sockets = false, terminal = false, whole = false;
    for (; *words && strcmp(*words, "--") != 0; words++) {
        session |= strcmp(*words, "--own-session") == 0;
        sockets |= strcmp(*words, "--sockets") == 0;
        terminal |= strcmp(*words, "--terminal") == 0;
        whole |= strcmp(*words, "--whole-environment") == 0;
    }
    if (!*words || !words[1])
        return false;
    int in[2], out[2], err[2];
    if (terminal) {
        int ends[2];
        make_terminal(ends);
        in[0] = out[1] = err[1] = ends[0];
        in[1] = ends[1];
        out[0] = err[0] = fcntl(ends[1], F_DUPFD_CLOEXEC, 0);
    } else {
        make_ends(in, sockets);
        make_ends(out, sockets);
        make_ends(err, sockets);
    }
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0)
        become_server(words + 1, in[0], out[1], err[1], session, terminal, whole);
    close(in[0]);
    if (!terminal) {
        close(out[1]);
        close(err[1]);
    }
    *server = (struct server){.pid = pid, .in = in[1], .out = out[0], .err = err[0]};
    return true;
}

enum { HEARD, END, SILENCE };

static int read_line(int fd, int64_t ms, char *line, size_t size)
{
    int64_t until = now_ms() + ms;
    size_t length = 0;
    for (;;) {
        line[length] = 0;
        if (fd < 0 || !wait_for(fd, until))
            return SILENCE;
        char byte;
        // A terminal that no process has open says EIO.
        if (read(fd, &byte, 1) <= 0)
            return length > 0 ? HEARD : END;
        if (byte == '\n')
            return HEARD;
        if (byte != '\r' && length < size - 1)
            line[length++] = byte;
    }
}

static void hear(int number, int fd, int64_t ms)
{
    static char line[65536];
    int found = read_line(fd, ms, line, sizeof line);
    answer(found == HEARD ? "heard %d %s" : found == END ? "end %d" : "silence %d", number, line);
}

static void tell_ending(int number, int64_t ms)
{
    int64_t until = now_ms() + ms;
    while (!servers[number].over && wait_for(-1, until))
        continue;
    int status = servers[number].status;
    if (!servers[number].over)
        answer("runs %d", number);
    else if (WIFEXITED(status))
        answer("ended %d exit %d", number, WEXITSTATUS(status));
    else
        answer("ended %d signal %d", number, WTERMSIG(status));
}

/* Lines of LINE bytes until it is BYTES, to a server that echoes, while its stdout and its noise are read; both are compared with what
   they have to be. */
static void pump(int number, size_t bytes, size_t length, uint64_t seed, size_t noise, uint64_t noise_seed)
{
    struct server *server = &servers[number];
    static unsigned char sending[65536], reading[65536];
    size_t made = 0, sent = 0, ready = 0, heard = 0, complained = 0;
    uint64_t hash_sent = HASH_START, hash_heard = HASH_START, hash_noise = HASH_START, hash_complaints = HASH_START;
    for (size_t done = 0; done < noise;) {
        size_t part = noise - done < sizeof reading ? noise - done : sizeof reading;
        make_noise(&noise_seed, reading, part);
        hash_noise = hash_on(hash_noise, reading, part);
        done += part;
    }
    fcntl(server->in, F_SETFL, O_NONBLOCK);
    int64_t begin = now_ms(), until = begin + 60000;
    while ((heard < bytes || complained < noise) && now_ms() < until) {
        if (sent == ready && made < bytes) {
            ready = bytes - made < sizeof sending ? bytes - made : sizeof sending;
            sent = 0;
            make_noise(&seed, sending, ready);
            for (size_t i = 0; i < ready; i++, made++)
                // Any byte may be in a line but its end, zero as well.
                sending[i] = (made + 1) % length == 0 || made + 1 == bytes ? '\n' : sending[i] == '\n' ? ' ' : sending[i];
            hash_sent = hash_on(hash_sent, sending, ready);
        }
        struct pollfd ends[] = {
            {.fd = sent < ready ? server->in : -1, .events = POLLOUT},
            {.fd = heard < bytes ? server->out : -1, .events = POLLIN},
            {.fd = complained < noise ? server->err : -1, .events = POLLIN}};
        if (poll(ends, 3, 1000) < 0 && errno != EINTR)
            fail("poll");
        if (ends[0].revents) {
            ssize_t wrote = write(server->in, sending + sent, ready - sent);
            if (wrote < 0 && errno != EAGAIN)
                break;
            sent += wrote > 0 ? wrote : 0;
        }
        for (int i = 1; i < 3; i++) {
            if (!ends[i].revents)
                continue;
            ssize_t got = read(ends[i].fd, reading, sizeof reading);
            if (got <= 0) {
                until = 0;
                break;
            }
            uint64_t *hash = i == 1 ? &hash_heard : &hash_complaints;
            *hash = hash_on(*hash, reading, got);
            *(i == 1 ? &heard : &complained) += got;
        }
    }
    fcntl(server->in, F_SETFL, 0);
    answer("pumped %d out %s %zu err %s %zu ms %lld", number,
        heard == bytes && hash_heard == hash_sent ? "same" : "different", heard,
        complained == noise && hash_complaints == hash_noise ? "same" : "different", complained, (long long)(now_ms() - begin));
}

/* Its answer to one line; false if none came. */
static bool exchange(struct server *server, const char *text, char *line, size_t size)
{
    return write(server->in, text, strlen(text)) == (ssize_t)strlen(text) && read_line(server->out, USUAL_MS, line, size) == HEARD;
}

/* Ends it in one of three ways: 0 closes its stdin, 1 kills what we started, 2 has the server crash. */
static const char *finish(struct server *server, int way)
{
    static char wrong[64];
    if (way == 1)
        kill(server->pid, SIGKILL);
    else if (way == 2 && write(server->in, "exit 3\n", 7) != 7)
        return "no order taken";
    close(server->in);
    for (int64_t until = now_ms() + USUAL_MS; !server->over && wait_for(-1, until);)
        continue;
    close(server->out);
    close(server->err);
    bool right = way == 1 ? WIFSIGNALED(server->status) && WTERMSIG(server->status) == SIGKILL
                          : WIFEXITED(server->status) && WEXITSTATUS(server->status) == (way == 0 ? 0 : 3);
    snprintf(wrong, sizeof wrong, "status %x after way %d", server->status, way);
    return !server->over ? "still runs" : right ? NULL : wrong;
}

/* Starts COUNT servers, a few at a time: each answers, tells its cgroup, which no other may have, and ends as it should. */
static void churn(char **words)
{
    static char cgroups[64][512], line[65536];
    int wanted = atoi(words[1]), at_once = atoi(words[2]), base = count, good = 0;
    const char *problem = NULL;
    if (at_once < 1 || at_once > 64 || base + at_once > MOST)
        exit(100);
    memset(&servers[base], 0, at_once * sizeof *servers);
    for (int i = 0; i < wanted + at_once && !problem; i++) {
        struct server *server = &servers[base + i % at_once];
        char *cgroup = cgroups[i % at_once];
        if (i >= at_once && (problem = finish(server, (i - at_once) % 3)))
            break;
        good += i >= at_once;
        cgroup[0] = 0;
        if (i >= wanted)
            continue;
        if (!start(words + 3, server))
            exit(100);
        if (base + i % at_once >= count)
            count = base + i % at_once + 1;
        char request[64], wants[64];
        snprintf(request, sizeof request, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"x\"}\n", i + 1);
        snprintf(wants, sizeof wants, "\"id\":%d,\"result\"", i + 1);
        if (!exchange(server, request, line, sizeof line) || !strstr(line, wants))
            problem = "no answer";
        else if (!exchange(server, "cgroup\n", line, sizeof line) || strncmp(line, "cgroup ", 7) != 0)
            problem = "no cgroup told";
        snprintf(cgroup, sizeof cgroups[0], "%.500s", line);
        for (int other = 0; other < at_once && !problem; other++)
            if (cgroups[other] != cgroup && strchr(cgroup, '@') && strcmp(cgroups[other], cgroup) == 0)
                problem = "two in one cgroup";
    }
    if (problem)
        answer("churned %d of %d, then: %s: %.500s", good, wanted, problem, line);
    else
        answer("churned %d of %d", good, wanted);
}

static void do_with_server(char **words, const char *rest)
{
    int number = atoi(words[1]);
    if (!isdigit(words[1][0]) || number >= count) {
        answer("no server %s", words[1]);
        return;
    }
    struct server *server = &servers[number];
    const char *verb = words[0];
    int64_t ms = words[2] && strcmp(verb, "tell") != 0 ? atoll(words[2]) : USUAL_MS;
    if (strcmp(verb, "tell") == 0) {
        char line[65536];
        int length = snprintf(line, sizeof line, "%s\n", rest);
        bool fits = length < (int)sizeof line && server->in >= 0 && write(server->in, line, length) == length;
        answer(fits ? "told %d" : "not told %d", number);
    } else if (strcmp(verb, "hear") == 0)
        hear(number, server->out, ms);
    else if (strcmp(verb, "complaint") == 0)
        hear(number, server->err, ms);
    else if (strcmp(verb, "close") == 0) {
        close(server->in);
        server->in = -1;
        answer("closed %d", number);
    } else if (strcmp(verb, "deafen") == 0) {
        close(server->out);
        close(server->err);
        server->out = server->err = -1;
        answer("deafened %d", number);
    } else if (strcmp(verb, "signal") == 0 || strcmp(verb, "group") == 0)
        answer("signalled %d %d", number, kill(verb[0] == 'g' ? -server->pid : server->pid, (int)ms) < 0 ? errno : 0);
    else if (strcmp(verb, "ending") == 0)
        tell_ending(number, ms);
    else if (strcmp(verb, "pump") == 0 && words[2] && words[3] && words[4] && words[5] && words[6])
        pump(number, ms, atoll(words[3]), atoll(words[4]), atoll(words[5]), atoll(words[6]));
    else
        answer("no such order: %s", verb);
}

static void obey(char *line)
{
    static char copy[65536], *words[1024];
    snprintf(copy, sizeof copy, "%s", line);
    int found = 0;
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) && found < 1023;)
        if (*word)
            words[found++] = word;
    words[found] = NULL;
    // The text of `tell` is all that follows the number, as it stands.
    char *text = strchr(line, ' ');
    text = text ? strchr(text + 1, ' ') : NULL;
    if (found == 0)
        return;
    if (strcmp(words[0], "spawn") == 0) {
        if (count == MOST || !start(words + 1, &servers[count]))
            answer("no command");
        else {
            count++;
            answer("spawned %d %d", count - 1, servers[count - 1].pid);
        }
    } else if (strcmp(words[0], "churn") == 0 && found > 3)
        churn(words);
    else if (strcmp(words[0], "exit") == 0)
        exit(found > 1 ? atoi(words[1]) : 0);
    else if (strcmp(words[0], "strict") == 0) {
        strict = true;
        answer("strict");
    } else if (strcmp(words[0], "ended") == 0) {
        collect();
        answer("ended %d", ended_by_us);
    } else if (found > 1)
        do_with_server(words, text ? text + 1 : "");
    else
        answer("no such order: %s", words[0]);
}

static void be_gateway(void)
{
    deadline();
    signal(SIGPIPE, SIG_IGN);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    deaths = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (deaths < 0)
        fail("signalfd");
    answer("gateway %d", getpid());
    static char line[65536];
    for (size_t length = 0; wait_for(control_in, -1);) {
        ssize_t got = read(control_in, line + length, 1);
        if (got <= 0)
            exit(0);
        if (line[length] != '\n') {
            length += length < sizeof line - 2;
            continue;
        }
        line[length] = 0;
        length = 0;
        obey(line);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 100;
    if (strcmp(argv[1], "-") == 0)
        be_gateway();
    signal(SIGCHLD, SIG_IGN);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", argv[1]);
    unlink(argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) < 0 || chmod(argv[1], 0666) < 0 || listen(listener, 128) < 0)
        fail(argv[1]);
    say("listening");
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        if (fork() == 0) {
            close(listener);
            setpgid(0, 0);
            signal(SIGCHLD, SIG_DFL);
            control_in = control_out = connection;
            be_gateway();
        }
        close(connection);
    }
}
