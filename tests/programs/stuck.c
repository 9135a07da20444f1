// stuck DIRECTORY MB: holds as much memory, then freezes the file system that DIRECTORY is on and is stuck in it for good: one thread in a
// page fault that waits for the file system and has the lock of the memory map, another behind it. Who asks for that lock waits as
// well, until somebody thaws it (fsfreeze -u DIRECTORY). Says `stuck PID` before.
#include "common.h"
#include <linux/fs.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static char *page, *other;

static void *writes(void *unused)
{
    *page = 1;
    return unused;
}

static void *unmaps(void *unused)
{
    sleep_ms(100);
    munmap(other, 4096);
    return unused;
}

int main(int argc, char **argv)
{
    deadline();
    if (argc != 3)
        return 100;
    char name[256];
    snprintf(name, sizeof name, "%s/file", argv[1]);
    size_t size = (size_t)atoi(argv[2]) << 20;
    int directory = open(argv[1], O_RDONLY | O_DIRECTORY);
    int file = open(name, O_RDWR | O_CREAT, 0600);
    if (directory < 0 || file < 0 || ftruncate(file, 4096) < 0)
        fail(name);
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    other = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *held = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || other == MAP_FAILED || held == MAP_FAILED)
        fail("mmap");
    for (size_t at = 0; at < size; at += 4096)
        *(size_t *)(held + at) = at + 1;
    pthread_t first, second;
    say("stuck %d", getpid());
    if (ioctl(directory, FIFREEZE, 0) < 0)
        fail("FIFREEZE");
    if (pthread_create(&first, NULL, writes, NULL) || pthread_create(&second, NULL, unmaps, NULL))
        fail("thread");
    for (;;)
        pause();
}
