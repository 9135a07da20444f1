#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

_Noreturn void fail(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

struct request {
    char **command;
    enum place place;
    int input, output;
    uint64_t start;
    int error;
};

/* Runs in the parent's memory while the parent waits (CLONE_VFORK), so the time it reads arrives there. */
static int child(void *argument)
{
    struct request *request = argument;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (request->place == PID1_WITH_PROC
        && (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
            || mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)) {
        request->error = errno;
        _exit(127);
    }
    dup2(request->input, 0);
    dup2(request->output, 1);
    dup2(request->output, 2);
    request->start = now();
    execvp(request->command[0], request->command);
    request->error = errno;
    _exit(127);
}

struct spawned spawn(char **command, enum place place, int output)
{
    static char stack[64 * 1024] __attribute__((aligned(16)));
    static int input = -1;
    if (input < 0 && (input = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
        fail("/dev/null");

    int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
    if (place != PLAIN)
        flags |= CLONE_NEWPID | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
    if (place == PID1_WITH_PROC)
        flags |= CLONE_NEWNS;

    struct request request = {.command = command, .place = place, .input = input, .output = output};
    pid_t pid = clone(child, stack + sizeof stack, flags, &request);
    if (pid >= 0 && request.error) {
        errno = request.error;
        pid = -1;
    }
    if (pid < 0)
        fail(command[0]);
    return (struct spawned){pid, request.start};
}
