// forkbomb [--setsid]: forks without end, and so does each that it starts, ignoring SIGTERM; with --setsid each is in a
// session of its own. The first one ends with 1 as soon as it has started another. Run it with a limit of processes.
#include "common.h"

int main(int argc, char **argv)
{
    bool alone = argc > 1 && strcmp(argv[1], "--setsid") == 0;
    signal(SIGTERM, SIG_IGN);
    deadline();
    for (pid_t first = getpid();;) {
        pid_t child = fork();
        if (child > 0 && getpid() == first) {
            say("lit");
            return 1;
        }
        if (child != 0)
            continue;
        deadline();
        if (alone)
            setsid();
    }
}
