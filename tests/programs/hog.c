// hog RATE_MB_PER_S [MAX_MB] [--children N] [--then-hold | --then-fork N | --then-share N] [--ignore-term] [--quiet]: allocates at this
// rate, in MiB and in steps of 10 ms, and touches every page. Each step says `hog PID holds N KiB at T ms`, on the clock that
// does not jump; SIGTERM says `hog PID got 15 with N KiB at T ms` and ends. At MAX_MB it ends, holds what it has, or shares
// it with N forks: as what neither wrote to since, or as pages of a file. With --children N processes share the rate and the amount, and the first one only waits for them.
#include "common.h"
#include <sys/mman.h>

#define STEP_MS 10
// mmap refuses a request for more memory than the machine has.
#define MOST_AT_ONCE (16LL << 20)

static volatile int64_t held;
static bool quiet;

static void told(int number)
{
    say("hog %d got %d with %lld KiB at %lld ms", getpid(), number, (long long)held / 1024, (long long)now_ms());
    _exit(0);
}

static void allocate(int64_t rate, int64_t most, bool hold, int sharers, bool by_file)
{
    int64_t start = now_ms();
    int file = -1;
    if (by_file) {
        char name[] = "/var/tmp/hogXXXXXX";
        if ((file = mkstemp(name)) < 0 || unlink(name) < 0 || ftruncate(file, most) < 0)
            fail("file to share");
    }
    for (int64_t step = 1; held < most; step++) {
        int64_t wait = start + step * STEP_MS - now_ms();
        if (wait > 0)
            sleep_ms(wait);
        // All that is due by now, so that the rate is kept even if this process had to wait.
        int64_t due = (now_ms() - start) * rate / 1000 & ~4095LL;
        int64_t size = (due < most ? due : most) - held;
        if (size <= 0)
            continue;
        if (size > MOST_AT_ONCE)
            size = MOST_AT_ONCE;
        char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, file, file < 0 ? 0 : held);
        if (pages == MAP_FAILED)
            fail("mmap");
        // Different content on each page: the kernel may merge equal pages.
        for (int64_t at = 0; at < size; at += 4096)
            *(int64_t *)(pages + at) = held + at + getpid();
        held += size;
        if (!quiet)
            say("hog %d holds %lld KiB at %lld ms", getpid(), (long long)held / 1024, (long long)now_ms());
    }
    for (int i = 0; i < sharers; i++)
        if (fork() == 0) {
            // Of shared pages of a file a fork has only what it maps in anew.
            if (by_file && mmap(NULL, most, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0) == MAP_FAILED)
                fail("mmap");
            for (;;)
                pause();
        }
    if (sharers > 0)
        say("hog %d sharing with %d", getpid(), sharers);
    while (hold)
        pause();
}

int main(int argc, char **argv)
{
    deadline();
    int64_t rate = 0, most = INT64_MAX;
    int children = 0, sharers = 0, numbers = 0;
    bool hold = false, ignore = false, by_file = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--children") == 0 && i + 1 < argc)
            children = atoi(argv[++i]);
        else if ((strcmp(argv[i], "--then-share") == 0 || strcmp(argv[i], "--then-fork") == 0) && i + 1 < argc) {
            by_file = strcmp(argv[i], "--then-share") == 0;
            sharers = atoi(argv[++i]);
            hold = true;
        } else if (strcmp(argv[i], "--then-hold") == 0)
            hold = true;
        else if (strcmp(argv[i], "--ignore-term") == 0)
            ignore = true;
        else if (strcmp(argv[i], "--quiet") == 0)
            quiet = true;
        else if (numbers++ == 0)
            rate = (int64_t)atoi(argv[i]) << 20;
        else
            most = (int64_t)atoi(argv[i]) << 20;
    }
    if (rate <= 0)
        return 100;
    signal(SIGTERM, ignore ? SIG_IGN : told);
    if (children == 0) {
        allocate(rate, most, hold, sharers, by_file);
        return 0;
    }
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child < 0)
            fail("fork");
        if (child == 0) {
            deadline();
            allocate(rate / children, most == INT64_MAX ? most : most / children, hold, 0, false);
            _exit(0);
        }
    }
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    return 0;
}
