// signals [--exit-on N] [--name NAME]: reports what it was started with, then every signal it is sent, one a line.
// It takes no signal by a handler but waits for all of them blocked, so that none is lost or overtaken.
#include "common.h"

static uint64_t ignored(void)
{
    uint64_t set = 0;
    for (int number = 1; number <= 64; number++) {
        // glibc's own function refuses to speak of its signals 32 and 33.
        struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } action = {0};
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask) == 0 && action.handler == (void *)SIG_IGN)
            set |= 1ULL << (number - 1);
    }
    return set;
}

int main(int argc, char **argv)
{
    int exit_on = 0;
    const char *name = "", *space = "";
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--exit-on") == 0)
            exit_on = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--name") == 0)
            name = argv[i + 1], space = " ";
    }
    uint64_t blocked = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &blocked, sizeof blocked);
    char fds[512] = "";
    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            snprintf(fds + strlen(fds), sizeof fds - strlen(fds), "%s%d", *fds ? "," : "", fd);
    uint64_t ignored_set = ignored();
    uint64_t all = ~0ULL;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    say("%s%sstart pid=%d ppid=%d pgid=%d sid=%d foreground=%d blocked=%016llx ignored=%016llx fds=%s uid=%d",
        name, space, getpid(), getppid(), getpgrp(), getsid(0), tcgetpgrp(0), (unsigned long long)blocked,
        (unsigned long long)ignored_set, fds, getuid());
    int64_t end = now_ms() + DEADLINE_SECONDS * 1000;
    for (;;) {
        siginfo_t info;
        int64_t left = end - now_ms();
        if (left <= 0)
            return 97;
        struct timespec span = {left / 1000, left % 1000 * 1000000};
        int number = syscall(SYS_rt_sigtimedwait, &all, &info, &span, sizeof all);
        if (number <= 0)
            continue;
        say("%s%ssignal %d", name, space, number);
        if (number == exit_on)
            return 42;
    }
}
