// container [OPTION…] -- PROGRAM [ARGUMENT…]: runs PROGRAM as PID 1 of what a container has: PID, mount, cgroup, IPC, UTS
// and network namespaces of its own (lo is up), /proc, /run and /tmp, and /sys/fs/cgroup, whose root is a cgroup like any
// other (not the machine's own root, which knows neither cgroup.type nor limits). Exits as PROGRAM did (128 + N where a
// signal ended it); by then all it left behind is killed and its cgroup is gone.
//
//   --cgroup rw|ro|none   the cgroup file system writable (default), read-only as Docker mounts it, or not there
//   --controllers NAMES   what the cgroup offers to its children, by commas (default cpu,memory,pids)
//   --set FILE=VALUE      a file of the container's cgroup, such as memory.max=64M; repeatable
//   --name NAME           of the cgroup below /sys/fs/cgroup (default container-PID)
//   --host-network        the machine's network namespace
//
// The signals that can be caught are passed on to PROGRAM.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *mode = "rw", *settings[16];
static char controllers[256] = "cpu,memory,pids", group[256], parent[256];
static int setting_count;
static bool host_network;

static void fail(const char *what)
{
    dprintf(2, "container: %s: %s\n", what, strerror(errno));
    exit(99);
}

static int put(const char *folder, const char *file, const char *value)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int failed = fd < 0 || write(fd, value, strlen(value)) < 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return failed ? -1 : 0;
}

// Its parent is one cgroup below the machine's root, so that what the container is offered can be chosen.
static void make_group(const char *name)
{
    snprintf(parent, sizeof parent, "/sys/fs/cgroup/%.100s", name);
    snprintf(group, sizeof group, "%.120s/container", parent);
    if (mkdir(parent, 0755) < 0)
        fail(parent);
    for (char *rest = controllers, *one; (one = strsep(&rest, ",")) && *one;) {
        char word[64];
        snprintf(word, sizeof word, "+%.60s", one);
        if (put(parent, "cgroup.subtree_control", word) < 0)
            fail(word);
    }
    if (mkdir(group, 0755) < 0)
        fail(group);
    for (int i = 0; i < setting_count; i++) {
        char *text = strdup(settings[i]), *equals = strchr(text, '=');
        if (!equals)
            exit(100);
        *equals = 0;
        if (put(group, text, equals + 1) < 0)
            fail(settings[i]);
    }
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)where;
    // A cgroup that was killed is busy until its last process has been collected.
    for (int i = 0; kind == FTW_DP && rmdir(path) < 0 && errno == EBUSY && i < 1000; i++)
        usleep(5000);
    return 0;
}

static void end_group(void)
{
    put(parent, "cgroup.kill", "1");
    nftw(parent, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void mount_or_fail(const char *type, const char *path, unsigned long flags, const char *options)
{
    if (mount(type, path, type, flags, options) < 0)
        fail(path);
}

static void become(char **command)
{
    unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        fail("private mounts");
    mount_or_fail("proc", "/proc", safe, NULL);
    mount_or_fail("tmpfs", "/run", 0, "mode=755");
    mount_or_fail("tmpfs", "/tmp", 0, "mode=1777");
    umount2("/sys/fs/cgroup", MNT_DETACH);
    if (strcmp(mode, "none") != 0)
        mount_or_fail("cgroup2", "/sys/fs/cgroup", safe | (strcmp(mode, "ro") == 0 ? MS_RDONLY : 0), NULL);
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &up) < 0)
        fail("loopback");
    close(fd);
    sethostname("container", 9);
    setsid();
    sigset_t nothing;
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, NULL);
    execvp(command[0], command);
    dprintf(2, "container: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "container-%d", getpid());
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--host-network") == 0) {
            host_network = true;
            continue;
        }
        if (strcmp(argv[i], "--cgroup") == 0)
            mode = value;
        else if (strcmp(argv[i], "--controllers") == 0)
            snprintf(controllers, sizeof controllers, "%s", value);
        else if (strcmp(argv[i], "--set") == 0 && setting_count < 16)
            settings[setting_count++] = value;
        else if (strcmp(argv[i], "--name") == 0)
            snprintf(name, sizeof name, "%s", value);
        else
            return 100;
        i++;
    }
    if (i + 1 >= argc)
        return 100;
    // Signals are taken in turn below; none interrupts the cleaning up.
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    make_group(name);
    pid_t self = getpid();
    pid_t first = fork();
    if (first == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != self || put(group, "cgroup.procs", "0") < 0)
            fail("joining the cgroup");
        int spaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWUTS;
        if (unshare(spaces | (host_network ? 0 : CLONE_NEWNET)) < 0)
            fail("unshare");
        // The namespace's root is settled; whoever stayed in it would keep PID 1 from ever emptying it.
        if (put("/sys/fs/cgroup", "cgroup.procs", "0") < 0)
            fail("leaving the cgroup");
        pid_t inner = fork();
        if (inner == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (put(group, "cgroup.procs", "0") < 0)
                fail("joining the cgroup");
            become(argv + i + 1);
        }
        for (;;) {
            siginfo_t info;
            int status, number = sigwaitinfo(&all, &info);
            if (number > 0 && number != SIGCHLD)
                kill(inner, number);
            if (number == SIGCHLD && waitpid(inner, &status, WNOHANG) == inner)
                _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        }
    }
    for (;;) {
        int status, number = sigwaitinfo(&all, NULL);
        if (number > 0 && number != SIGCHLD)
            kill(first, number);
        if (number == SIGCHLD && waitpid(first, &status, WNOHANG) == first) {
            end_group();
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}
