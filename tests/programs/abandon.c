// abandon: ends with 1 and leaves a process in its group whose parent has gone to a session of its own and collects it
// itself, so that the init hears nothing of its end.
#include "common.h"

int main(void)
{
    deadline();
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t parent = fork();
    if (parent < 0)
        fail("fork");
    if (parent == 0) {
        deadline();
        // If a process ignores SIGCHLD, the kernel collects its children.
        signal(SIGCHLD, SIG_IGN);
        pid_t left = fork();
        if (left < 0)
            fail("fork");
        if (left > 0)
            setsid();
        else
            deadline();
        close(ready[0]);
        close(ready[1]);
        for (;;)
            pause();
    }
    close(ready[1]);
    char byte;
    while (read(ready[0], &byte, 1) > 0)
        continue;
    say("abandoned");
    return 1;
}
