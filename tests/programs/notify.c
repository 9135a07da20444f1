// notify fd|sd [WAIT_FOR_FILE]: reports readiness to descriptor 3 (a newline) or to $NOTIFY_SOCKET (READY=1), after FILE
// exists, then stays until SIGTERM, which it reports.
#include "common.h"

static void told(int number)
{
    (void)number;
    if (write(1, "stopped by 15\n", 14) > 0)
        _exit(0);
    _exit(1);
}

static void tell_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path ? strlen(path) : 0;
    if (length == 0 || length >= sizeof address.sun_path)
        fail("NOTIFY_SOCKET");
    memcpy(address.sun_path, path, length);
    if (*path == '@')
        address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    static const char message[] = "STATUS=nearly\nREADY=1\n";
    socklen_t size = offsetof(struct sockaddr_un, sun_path) + length;
    if (fd < 0 || sendto(fd, message, sizeof message - 1, MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0)
        fail("sendto");
    close(fd);
}

int main(int argc, char **argv)
{
    deadline();
    signal(SIGTERM, told);
    if (argc < 2)
        return 100;
    say("before ready");
    if (argc > 2)
        while (access(argv[2], F_OK) < 0)
            sleep_ms(5);
    if (strcmp(argv[1], "fd") == 0) {
        int fd = argc > 3 ? atoi(argv[3]) : 3;
        if (write(fd, "\n", 1) != 1)
            fail("descriptor");
        close(fd);
    } else
        tell_socket(getenv("NOTIFY_SOCKET"));
    say("told");
    for (;;)
        pause();
}
