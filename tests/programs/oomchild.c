// oomchild N [GAP_MS]: starts N children, one every GAP_MS, that each take memory until the kernel kills them; reports the end
// of each and stays.
#include "common.h"
#include <sys/mman.h>

static void take(void)
{
    for (;;) {
        size_t size = 1 << 20;
        char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED)
            memset(memory, 1, size);
    }
}

int main(int argc, char **argv)
{
    deadline();
    int count = argc > 1 ? atoi(argv[1]) : 1, gap = argc > 2 ? atoi(argv[2]) : 0;
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child < 0)
            fail("fork");
        if (child == 0) {
            deadline();
            take();
        }
        if (gap == 0 && i + 1 < count)
            continue;
        sleep_ms(gap);
    }
    int64_t first = 0;
    for (int i = 0; i < count; i++) {
        int status;
        if (wait(&status) < 0)
            fail("wait");
        if (i == 0)
            first = now_ms();
        say("child %d: %s %d, %lld ms after the first", i, WIFSIGNALED(status) ? "signal" : "code",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (long long)(now_ms() - first));
    }
    say("the parent lives");
    for (;;)
        pause();
}
