/* strangers COUNT floor: adopts COUNT such processes and says how many ns of its time the two calls take that no init can do without, to find
   ended children and new ones, each time after 100 ms.
   strangers COUNT: leaves COUNT processes that lose their parent, in a session of their own and with an empty environment, so that nothing
   tells whose they are; then reports to the FIFO as a service does. They share one memory, or they would take seconds to make. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
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

static long long used(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Between reading the list and its end there may be new ones: the position is that of the end. */
static int find_ended_and_new(const char *path, off_t end)
{
    char text[4096];
    siginfo_t info;
    int list = open(path, O_RDONLY | O_CLOEXEC);
    int is_done = waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && pread(list, text, sizeof text, end - 1) == 1;
    close(list);
    return is_done;
}

static int floor_of(char **maker)
{
    char *empty[] = {NULL}, path[64], text[4096];
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t middle = vfork();
    if (middle == 0) {
        execve("/proc/self/exe", maker, empty);
        _exit(1);
    }
    int status;
    if (waitpid(middle, &status, 0) != middle || status != 0)
        return 3;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    int list = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = 0;
    for (ssize_t count; (count = read(list, text, sizeof text)) > 0;)
        end += count;
    for (int time = 0; time < 20; time++) {
        usleep(100000);
        long long before = used();
        if (!find_ended_and_new(path, end))
            return 4;
        printf("%lld\n", used() - before);
    }
    fflush(stdout);
    /* Its own children, in the order in which they stand. */
    lseek(list, 0, SEEK_SET);
    FILE *children = fdopen(list, "r");
    for (int pid; fscanf(children, "%d", &pid) == 1;)
        kill(pid, SIGKILL);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[2], "floor") == 0) {
        arguments[2] = "make";
        return floor_of(arguments);
    }
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
