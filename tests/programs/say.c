// say [OPTION…] [MESSAGE…]: sends each message to $NOTIFY_SOCKET, then stays until SIGTERM.
//   --to-others      to every other notification socket that /proc/net/unix or --directory shows, once each has been waited for
//   --by-the-dead    each from a child that has ended before anything can look at it
//   --fds N          with N descriptors, all the same pipe's; says whether it is still held after a while
//   --linger SECONDS with a TCP socket whose last close waits for so long
//   --barrier        last, the protocol's barrier: says how long it took
//   --flood SECONDS  without end, from eight processes
//   --times N        so many times
//   --every MS       with a pause after each time
//   --exit CODE      then ends so, instead of staying
#include "common.h"
#include "linger.h"
#include <dirent.h>

static struct sockaddr_un targets[16];
static socklen_t sizes[16];
static int count, fds, by_the_dead;
static int pass[256];

static void add(const char *name)
{
    if (count == 16)
        return;
    struct sockaddr_un *a = &targets[count];
    a->sun_family = AF_UNIX;
    memcpy(a->sun_path, name, strlen(name));
    if (*name == '@')
        a->sun_path[0] = 0;
    sizes[count++] = offsetof(struct sockaddr_un, sun_path) + strlen(name);
}

static void find_others(const char *own)
{
    for (int tries = 0; count == 0 && tries < 2000; tries++) {
        char line[512];
        FILE *file = fopen("/proc/net/unix", "r");
        while (file && fgets(line, sizeof line, file)) {
            line[strcspn(line, "\n")] = 0;
            char *name = strrchr(line, ' ');
            if (name && strstr(name, "/notify/") && (!own || strcmp(name + 1, own)))
                add(name + 1);
        }
        if (file)
            fclose(file);
        sleep_ms(5);
    }
}

static int send_one(int target, const char *text, int flags)
{
    char control[CMSG_SPACE(sizeof pass)] = {0};
    struct iovec part = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_name = &targets[target], .msg_namelen = sizes[target], .msg_iov = &part, .msg_iovlen = 1};
    if (fds) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(fds * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(fds * sizeof(int))};
        memcpy(CMSG_DATA(head), pass, fds * sizeof(int));
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int result = sendmsg(fd, &message, MSG_NOSIGNAL | flags);
    close(fd);
    return result;
}

static void say_one(int target, const char *text)
{
    if (!by_the_dead) {
        if (send_one(target, text, 0) < 0)
            say("not sent: %s", strerror(errno));
        return;
    }
    if (fork() == 0)
        _exit(send_one(target, text, 0) < 0);
    wait(NULL);
}

static void barrier(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        fail("pipe");
    fds = 1;
    pass[0] = ends[1];
    int64_t start = now_ms();
    if (send_one(0, "BARRIER=1", 0) < 0)
        fail("barrier");
    close(ends[1]);
    struct pollfd end = {.fd = ends[0]};
    say(poll(&end, 1, 5000) == 1 && end.revents & POLLHUP ? "barrier passed after %d ms" : "barrier failed after %d ms", (int)(now_ms() - start));
}

static void flood(const char *text, int seconds)
{
    say("flooding");
    for (int i = 1; i < 8; i++)
        if (fork() == 0)
            break;
    // Messages of the greatest length, sent blocking: a reader that reads until nothing is left never stops.
    static char longest[4096];
    memset(longest, '\n', sizeof longest - 1);
    memcpy(longest, text, strlen(text));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (int64_t end = now_ms() + seconds * 1000; now_ms() < end;)
        for (int target = 0; target < count; target++)
            sendto(fd, longest, sizeof longest - 1, MSG_NOSIGNAL, (struct sockaddr *)&targets[target], sizes[target]);
    say("flooded");
}

int main(int argc, char **argv)
{
    deadline();
    const char *own = getenv("NOTIFY_SOCKET");
    int ends[2] = {-1, -1}, others = 0, at_end = 0, flooding = 0, times = 1, pause_ms = 0, code = -1, i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--to-others") == 0)
            others = 1;
        else if (strcmp(argv[i], "--by-the-dead") == 0)
            by_the_dead = 1;
        else if (strcmp(argv[i], "--barrier") == 0)
            at_end = 1;
        else if (strcmp(argv[i], "--flood") == 0)
            flooding = atoi(argv[++i]);
        else if (strcmp(argv[i], "--times") == 0)
            times = atoi(argv[++i]);
        else if (strcmp(argv[i], "--every") == 0)
            pause_ms = atoi(argv[++i]);
        else if (strcmp(argv[i], "--exit") == 0)
            code = atoi(argv[++i]);
        else if (strcmp(argv[i], "--linger") == 0)
            pass[fds++] = lingering(atoi(argv[++i]));
        else if (strcmp(argv[i], "--fds") == 0) {
            if (pipe2(ends, O_CLOEXEC) < 0)
                fail("pipe");
            for (int n = atoi(argv[++i]); n > 0; n--)
                pass[fds++] = ends[1];
        } else
            return 100;
    }
    if (others)
        find_others(own);
    else if (own)
        add(own);
    if (count == 0)
        fail("no socket");
    for (int time = 0; time < times; time++, usleep(pause_ms * 1000))
        for (int text = i; text < argc; text++)
            for (int target = 0; target < count; target++)
                if (flooding)
                    flood(argv[text], flooding);
                else
                    say_one(target, argv[text]);
    if (ends[1] >= 0) {
        close(ends[1]);
        struct pollfd end = {.fd = ends[0]};
        say(poll(&end, 1, 3000) == 1 && end.revents & POLLHUP ? "nobody holds them" : "they are held");
    }
    for (int n = 0; ends[1] < 0 && n < fds; n++)
        close(pass[n]);
    if (at_end)
        barrier();
    say("said");
    if (code >= 0)
        return code;
    for (;;)
        pause();
}
