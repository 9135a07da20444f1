// enter FILE PROGRAM [ARGUMENT...]: runs PROGRAM where `mcp-init run --config FILE` is PID 1: in its cgroup and its namespaces,
// as `docker exec` does. Exits as PROGRAM did.
#include "common.h"
#include <dirent.h>
#include <sched.h>

static ssize_t read_whole(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length < 0 ? 0 : length] = 0;
    return length;
}

static bool is_first(int pid)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    read_whole(path, text, sizeof text);
    char *line = strstr(text, "\nNSpid:");
    char *end = line ? strchr(line + 1, '\n') : NULL;
    return end && end - line > 8 && end[-1] == '1' && end[-2] == '\t';
}

static int find(const char *file)
{
    char wanted[512];
    size_t length = snprintf(wanted, sizeof wanted, "mcp-init%crun%c--config%c%s", 0, 0, 0, file) + 1;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        char path[300], text[512];
        int pid = atoi(entry->d_name);
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        if (pid > 0 && read_whole(path, text, sizeof text) == (ssize_t)length && memcmp(text, wanted, length) == 0 && is_first(pid)) {
            closedir(proc);
            return pid;
        }
    }
    errno = ESRCH;
    fail(file);
    return -1;
}

int main(int argc, char **argv)
{
    deadline();
    if (argc < 3)
        return 100;
    int first = find(argv[1]);
    char path[600], text[512];
    snprintf(path, sizeof path, "/proc/%d/cgroup", first);
    read_whole(path, text, sizeof text);
    char *group = strstr(text, "0::/");
    if (!group)
        fail("cgroup");
    group[strcspn(group, "\n")] = 0;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cgroup.procs", group + 3);
    int procs = open(path, O_WRONLY | O_CLOEXEC);
    if (procs < 0 || write(procs, "0", 1) < 0)
        fail(path);
    close(procs);
    int process = syscall(SYS_pidfd_open, first, 0);
    if (process < 0 || setns(process, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWNET) < 0)
        fail("setns");
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        fail(argv[2]);
    }
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
