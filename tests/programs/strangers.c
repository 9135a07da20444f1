// strangers N: leaves N processes that lose their parent, in a session of their own and with an empty environment, so that nothing tells
// whose they are; says so, and stays. They share one memory, since a fork is slow where a page fault is. The init ends them.
#include "common.h"
#include <sched.h>

#define STACK 512

static int stay(void *nothing)
{
    (void)nothing;
    while (pause() < 0)
        ;
    return 0;
}

static void leave(int count)
{
    setsid();
    char *stacks = aligned_alloc(16, (size_t)(count + 1) * STACK);
    for (int made = 0; made < count; made++)
        if (clone(stay, stacks + (size_t)(made + 1) * STACK, CLONE_VM | SIGCHLD, NULL) < 0)
            fail("clone");
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        leave(atoi(argv[1]));
    char *left[] = {argv[0], argv[1], "leave", NULL}, *empty[] = {NULL};
    pid_t middle = vfork();
    if (middle == 0) {
        execve("/proc/self/exe", left, empty);
        _exit(1);
    }
    int status;
    if (argc != 2 || waitpid(middle, &status, 0) != middle || status != 0)
        fail("the middle process");
    say("%s strangers", argv[1]);
    for (;;)
        pause();
}
