/* The service that every supervisor is measured with: it reports to the benchmark's FIFO, names itself ready to its
   supervisor, and leaves on SIGTERM. What the FIFO carries is the same clock for all: r for ready, t for asked to end.
   It keeps the FIFO open, so the reader sees a hang-up when the last service is gone. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int fifo;

static void leave(int number)
{
    (void)number;
    _exit(write(fifo, "t", 1) == 1 ? 0 : 1);
}

int main(void)
{
    const char *path = getenv("BENCH_FIFO");
    struct sigaction action = {.sa_handler = leave};
    if (!path || (fifo = open(path, O_WRONLY | O_CLOEXEC)) < 0)
        return 2;
    sigaction(SIGTERM, &action, NULL);
    if (write(fifo, "r", 1) != 1)
        return 3;
    /* Readiness as s6 and mcp-init understand it, where the supervisor listens. */
    const char *notify = getenv("BENCH_NOTIFY_FD");
    if (notify) {
        int fd = atoi(notify);
        if (write(fd, "\n", 1) != 1)
            return 4;
        close(fd);
    }
    for (;;)
        pause();
}
