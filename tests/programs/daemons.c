// daemons N: N daemons that have lost their parent, each in a session of its own and with no environment. Says so, and stays. SIGUSR1
// to it ends them all.
#include "common.h"

static volatile sig_atomic_t wanted = 1;

static void end(int number)
{
    (void)number;
    wanted = 0;
}

int main(int argc, char **argv)
{
    deadline();
    if (argc > 2) {
        char byte;
        // The end of the pipe: the first process has closed it.
        while (read(0, &byte, 1) < 0 && errno == EINTR)
            continue;
        return 0;
    }
    int count = argc == 2 ? atoi(argv[1]) : 0;
    int hold[2];
    if (count <= 0 || pipe2(hold, O_CLOEXEC) < 0)
        fail("usage: daemons N");
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    signal(SIGUSR1, end);
    for (int made = 0; made < count; made++) {
        pid_t middle = fork();
        if (middle < 0)
            fail("fork");
        if (middle == 0) {
            setsid();
            pid_t daemon = fork();
            if (daemon != 0)
                _exit(daemon < 0 ? 99 : 0);
            dup2(hold[0], 0);
            char *none[] = {NULL};
            char *arguments[] = {argv[0], "0", "x", NULL};
            execve(argv[0], arguments, none);
            _exit(99);
        }
        int status;
        waitpid(middle, &status, 0);
        if (status != 0)
            fail("a daemon");
    }
    say("%d daemons", count);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    sigset_t others;
    sigemptyset(&others);
    while (wanted)
        sigsuspend(&others);
    close(hold[1]);
    say("let go");
    for (;;)
        pause();
}
