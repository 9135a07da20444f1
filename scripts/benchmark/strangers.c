/* strangers COUNT: leaves COUNT processes that lose their parent, in a session of their own and with an empty environment, so that nothing
   tells whose they are; then reports to the FIFO as a service does. They share one memory, or they would take seconds to make. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK 512

static int fifo;

static void leave(int number)
{
    (void)number;
    _exit(write(fifo, "t", 1) == 1 ? 0 : 1);
}

static int stay(void *nothing)
{
    (void)nothing;
    while (pause() < 0)
        ;
    return 0;
}

static int make(int count)
{
    setsid();
    char *stacks = aligned_alloc(16, (size_t)(count + 1) * STACK);
    for (int made = 0; made < count; made++)
        if (!stacks || clone(stay, stacks + (size_t)(made + 1) * STACK, CLONE_VM | SIGCHLD, NULL) < 0)
            return 3;
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3)
        _exit(make(atoi(arguments[1])));
    const char *path = getenv("BENCH_FIFO");
    struct sigaction action = {.sa_handler = leave};
    if (count != 2 || !path || (fifo = open(path, O_WRONLY | O_CLOEXEC)) < 0)
        return 2;
    sigaction(SIGTERM, &action, NULL);
    char *maker[] = {arguments[0], arguments[1], "make", NULL}, *empty[] = {NULL};
    int status;
    pid_t middle = vfork();
    if (middle == 0) {
        execve("/proc/self/exe", maker, empty);
        _exit(1);
    }
    if (waitpid(middle, &status, 0) != middle || status != 0)
        return 3;
    if (write(fifo, "r", 1) != 1)
        return 4;
    for (;;)
        pause();
}
