// namespace [OPTION...] -- PROGRAM [ARGUMENT...]: runs PROGRAM as PID 1 of a fresh PID namespace and exits as it did
// (128 + N where a signal ended it). The first line on stderr is PROGRAM's pid as the outside sees it, and its namespace. When this process
// ends, by the test or its own deadline, the whole namespace does.
//
//   --pty          on a terminal of its own; what stands on our stdin is typed, what it shows goes to our stdout
//   --tostop       with --pty: writing from the background stops a process (stty tostop)
//   --chroot DIR   in this root, without /proc
//   --read-only    with --chroot: mounted read-only
//   --uid N        as this user and group, with no other groups
//   --limit NAME=N a resource limit, soft and hard: nofile, nproc, fsize, core; soft alone: soft-nofile
//   --close FD     started with this descriptor closed
//   --second       as PID 2; PID 1 is a plain waiting process
//   --loopback     in a network namespace of its own, with a loopback that is up
//   --ignore N     started with this signal ignored
//   --cgroup       in a cgroup (v2) and a cgroup namespace of its own, mounted on /mnt; named in the first line after
//                  the word "cgroup"; a test that ends us with SIGKILL has to remove it
#include "common.h"
#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <mntent.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <termios.h>

static bool pty, tostop, read_only, second, loopback, own_cgroup;
static char cgroup[PATH_MAX];
static const char *root;
static int uid = -1;
static struct { int resource; rlim_t value; bool soft; } limits[8];
static int limit_count, closed[8], closed_count, ignored[8], ignored_count;
static int master = -1, slave = -1;

static void set_up_terminal(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        fail("posix_openpt");
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (slave < 0 || tcgetattr(slave, &settings) < 0)
        fail("terminal");
    settings.c_lflag &= ~ECHO;
    if (tostop)
        settings.c_lflag |= TOSTOP;
    tcsetattr(slave, TCSANOW, &settings);
}

static void bring_loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        fail("loopback");
    close(fd);
}

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        fail(path);
    close(fd);
}

// Below the machine's root, with the controllers that the root gives to its children.
static void make_cgroup(void)
{
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    struct mntent *entry;
    while (mounts && (entry = getmntent(mounts)) && !cgroup[0])
        if (strcmp(entry->mnt_type, "cgroup2") == 0)
            snprintf(cgroup, sizeof cgroup, "%s/mcp-init-test-%d", entry->mnt_dir, getpid());
    endmntent(mounts);
    if (!cgroup[0] || mkdir(cgroup, 0755) < 0)
        fail("cgroup");
}

static void remove_cgroup(const char *directory)
{
    DIR *listing = opendir(directory);
    struct dirent *entry;
    while (listing && (entry = readdir(listing))) {
        char path[PATH_MAX + 256];
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            remove_cgroup(path);
    }
    if (listing)
        closedir(listing);
    // The last process may still be on its way out of it.
    for (int i = 0; i < 200 && rmdir(directory) < 0 && errno == EBUSY; i++)
        sleep_ms(5);
}

static void set_up_root(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        fail("private mounts");
    if (own_cgroup) {
        write_file(cgroup, "cgroup.procs", "0");
        if (unshare(CLONE_NEWCGROUP) < 0 || mount("cgroup2", "/mnt", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
            fail("cgroup namespace");
    }
    if (!root) {
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
            fail("/proc");
        return;
    }
    if (read_only && (mount(root, root, NULL, MS_BIND, NULL) < 0 ||
            mount(NULL, root, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0))
        fail("read-only root");
    if (chroot(root) < 0 || chdir("/") < 0)
        fail("chroot");
}

static void become(char **command)
{
    set_up_root();
    if (loopback)
        bring_loopback_up();
    // As every container runtime does.
    setsid();
    if (pty) {
        for (int fd = 0; fd < 3; fd++)
            dup2(slave, fd);
        if (ioctl(0, TIOCSCTTY, 0) < 0)
            fail("controlling terminal");
    }
    if (second) {
        pid_t child = fork();
        if (child > 0) {
            int status;
            while (waitpid(child, &status, 0) < 0 && errno == EINTR)
                continue;
            _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        }
    }
    for (int i = 0; i < limit_count; i++) {
        struct rlimit both = {limits[i].value, limits[i].value};
        if (limits[i].soft)
            getrlimit(limits[i].resource, &both), both.rlim_cur = limits[i].value;
        if (setrlimit(limits[i].resource, &both) < 0)
            fail("setrlimit");
    }
    if (uid >= 0 && (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
        fail("setresuid");
    // The change of credentials has cleared the death signal.
    if (uid >= 0 && !second)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < ignored_count; i++)
        signal(ignored[i], SIG_IGN);
    for (int i = 0; i < closed_count; i++)
        close(closed[i]);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    execv(command[0], command);
    fail(command[0]);
}

// Types what the test sends and shows what the terminal does, until the last process has let go of it.
static void relay(void)
{
    struct pollfd ends[] = {{.fd = master, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    char buffer[4096];
    while (poll(ends, 2, -1) > 0 || errno == EINTR) {
        if (ends[0].revents) {
            ssize_t count = read(master, buffer, sizeof buffer);
            if (count <= 0 || write(1, buffer, count) < 0)
                return;
        }
        if (ends[1].revents) {
            ssize_t count = read(0, buffer, sizeof buffer);
            if (count <= 0 || write(master, buffer, count) < 0)
                ends[1].fd = -1;
        }
    }
}

static void read_limit(char *text)
{
    static const struct { const char *name; int resource; } names[] = {
        {"nofile", RLIMIT_NOFILE}, {"soft-nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"fsize", RLIMIT_FSIZE}, {"core", RLIMIT_CORE}};
    char *equals = strchr(text, '=');
    for (size_t i = 0; equals && i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == (size_t)(equals - text) && strncmp(text, names[i].name, equals - text) == 0) {
            limits[limit_count].soft = names[i].name[0] == 's';
            limits[limit_count].resource = names[i].resource;
            limits[limit_count++].value = strtoul(equals + 1, NULL, 10);
            return;
        }
    exit(100);
}

int main(int argc, char **argv)
{
    deadline();
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        char *name = argv[i];
        if (strcmp(name, "--pty") == 0)
            pty = true;
        else if (strcmp(name, "--tostop") == 0)
            tostop = true;
        else if (strcmp(name, "--read-only") == 0)
            read_only = true;
        else if (strcmp(name, "--second") == 0)
            second = true;
        else if (strcmp(name, "--cgroup") == 0)
            own_cgroup = true;
        else if (strcmp(name, "--loopback") == 0)
            loopback = true;
        else if (strcmp(name, "--chroot") == 0 && i + 1 < argc)
            root = argv[++i];
        else if (strcmp(name, "--uid") == 0 && i + 1 < argc)
            uid = atoi(argv[++i]);
        else if (strcmp(name, "--limit") == 0 && i + 1 < argc && limit_count < 8)
            read_limit(argv[++i]);
        else if (strcmp(name, "--close") == 0 && i + 1 < argc && closed_count < 8)
            closed[closed_count++] = atoi(argv[++i]);
        else if (strcmp(name, "--ignore") == 0 && i + 1 < argc && ignored_count < 8)
            ignored[ignored_count++] = atoi(argv[++i]);
        else
            return 100;
    }
    if (i + 1 >= argc)
        return 100;
    // The test host may itself be run with signals ignored or blocked; the program starts from a clean slate.
    for (int number = 1; number <= 64; number++)
        if (number != SIGALRM)
            signal(number, SIG_DFL);
    sigset_t nothing;
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, NULL);
    if (pty)
        set_up_terminal();
    if (unshare(CLONE_NEWPID | CLONE_NEWNS | (loopback ? CLONE_NEWNET : 0)) < 0)
        fail("unshare");
    if (own_cgroup)
        make_cgroup();
    int go[2];
    if (pipe2(go, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        char byte;
        // The deadline of PID 1 is ours: an alarm of its own would survive exec and reach the program under test.
        alarm(0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(go[1]);
        if (read(go[0], &byte, 1) != 1)
            _exit(99);
        become(argv + i + 1);
    }
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/%d/ns/pid", child);
    if (readlink(path, name, sizeof name - 1) < 0)
        fail(path);
    dprintf(2, "namespace: pid %d in %s%s%s\n", child, name, own_cgroup ? " cgroup " : "", cgroup);
    if (write(go[1], "x", 1) != 1)
        fail("pipe");
    close(go[1]);
    if (pty) {
        close(slave);
        relay();
    } else {
        // Our copies of the pipes would keep them open after the program closed its own.
        close(0);
        close(1);
    }
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (own_cgroup)
        remove_cgroup(cgroup);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
