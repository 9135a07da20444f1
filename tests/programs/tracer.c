// tracer PID: traces PID, says so, and hands it every signal that comes. On SIGUSR1 it lets go, says so, and stays.
#include "common.h"
#include <sys/ptrace.h>

static pid_t traced;

static void attend(void)
{
    int status;
    while (traced > 0 && waitpid(traced, &status, WNOHANG | __WALL) > 0) {
        if (!WIFSTOPPED(status))
            traced = 0;
        else if (status >> 16 != PTRACE_EVENT_STOP)
            ptrace(PTRACE_CONT, traced, 0, WSTOPSIG(status));
        else if (ptrace(PTRACE_DETACH, traced, 0, 0) == 0) {
            traced = 0;
            say("let go");
        }
    }
}

int main(int argc, char **argv)
{
    deadline();
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGCHLD);
    sigaddset(&heard, SIGUSR1);
    sigprocmask(SIG_BLOCK, &heard, NULL);
    traced = argc > 1 ? atoi(argv[1]) : 0;
    if (traced <= 0 || ptrace(PTRACE_SEIZE, traced, 0, 0) < 0)
        fail("PTRACE_SEIZE");
    say("tracing");
    for (;;) {
        int number;
        if (sigwait(&heard, &number) == 0 && number == SIGUSR1 && traced > 0)
            ptrace(PTRACE_INTERRUPT, traced, 0, 0);
        attend();
    }
}
