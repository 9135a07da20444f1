// forkmany statuses N | orphans N | burst N: leaves N orphans for PID 1 to reap, then looks until none is a zombie.
// statuses: orphan i (from 0) exits with i mod 251, one after the other.
// orphans: as fast as they can be made, nine of ten by vfork, which is quick where a page fault is slow. burst: all are alive and reparented, then end in the same moment.
#include "common.h"
#include <dirent.h>

#define AT_ONCE 250

// Counts processes of this program alone: others come and go meanwhile.
static int zombies(int *children_of_one)
{
    int count = 0;
    *children_of_one = 0;
    DIR *proc = opendir("/proc");
    if (!proc)
        fail("/proc");
    for (struct dirent *entry; (entry = readdir(proc));) {
        char path[300], text[512];
        if (*entry->d_name < '1' || *entry->d_name > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        int fd = open(path, O_RDONLY);
        ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        if (length <= 0)
            continue;
        text[length] = 0;
        char *end = strrchr(text, ')');
        char state;
        int parent;
        if (!strstr(text, "(forkmany)") || !end || sscanf(end + 1, " %c %d", &state, &parent) != 2)
            continue;
        count += state == 'Z';
        *children_of_one += parent == 1;
    }
    closedir(proc);
    return count;
}

// The table may be full of zombies that PID 1 has still to reap.
static void wait_for_room(int64_t end)
{
    if (errno != EAGAIN || now_ms() > end)
        fail("fork");
    sleep_ms(1);
}

static pid_t fork_or_wait(void)
{
    pid_t pid;
    for (int64_t end = now_ms() + 20000; (pid = fork()) < 0;)
        wait_for_room(end);
    return pid;
}

// The child shares our memory, and has ended when this returns.
static void leave_ended_child(int status)
{
    pid_t pid;
    for (int64_t end = now_ms() + 20000; (pid = vfork()) < 0;)
        wait_for_room(end);
    if (pid == 0)
        _exit(status);
}

static void orphans(int count, bool in_turn, int release)
{
    for (int made = 0; made < count;) {
        int batch = count - made < AT_ONCE ? count - made : AT_ONCE;
        pid_t middle = fork_or_wait();
        if (middle == 0) {
            for (int i = made; i < made + batch; i++) {
                if (release < 0 && i % 10) {
                    leave_ended_child(in_turn ? i % 251 : 0);
                    continue;
                }
                if (fork_or_wait() > 0)
                    continue;
                char byte;
                if (release >= 0 && read(release, &byte, 1) < 0)
                    _exit(99);
                _exit(in_turn ? i % 251 : 0);
            }
            _exit(0);
        }
        int status;
        if (waitpid(middle, &status, 0) != middle || status != 0)
            fail("the middle process");
        made += batch;
    }
}

int main(int argc, char **argv)
{
    deadline();
    int count = argc == 3 ? atoi(argv[2]) : 0;
    if (count <= 0)
        return 100;
    int64_t start = now_ms();
    int before, here;
    zombies(&before);
    if (strcmp(argv[1], "burst") == 0) {
        int release[2];
        if (pipe2(release, O_CLOEXEC) < 0)
            fail("pipe");
        // The readers must hold no writing end, or they would keep themselves waiting.
        pid_t maker = fork_or_wait();
        if (maker == 0) {
            close(release[1]);
            orphans(count, false, release[0]);
            _exit(0);
        }
        int status;
        waitpid(maker, &status, 0);
        zombies(&here);
        say("waiting %d", here - before);
        close(release[1]);
    } else
        orphans(count, strcmp(argv[1], "statuses") == 0, -1);
    int left;
    while (((left = zombies(&here)) > 0 || here > before) && now_ms() < start + 60000)
        sleep_ms(5);
    say("zombies %d orphans %d", left, here - before);
    return left == 0 && here <= before ? 0 : 1;
}
