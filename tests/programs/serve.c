// serve tcp PORT | http PORT CODE | unix PATH [--after FILE]: answers every connection, once FILE exists. A CODE of 0
// accepts and says nothing. Without --after it listens at once.
#include "common.h"
#include <arpa/inet.h>
#include <netinet/in.h>

int main(int argc, char **argv)
{
    deadline();
    signal(SIGPIPE, SIG_IGN);
    if (argc < 3)
        return 100;
    bool unix_socket = strcmp(argv[1], "unix") == 0;
    bool http = strcmp(argv[1], "http") == 0;
    int code = http && argc > 3 ? atoi(argv[3]) : 0;
    const char *after = argc > 4 && strcmp(argv[argc - 2], "--after") == 0 ? argv[argc - 1] : NULL;
    int fd = socket(unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct sockaddr_in port = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    say("before listening");
    while (after && access(after, F_OK) < 0)
        sleep_ms(5);
    snprintf(path.sun_path, sizeof path.sun_path, "%s", argv[2]);
    port.sin_port = htons(atoi(argv[2]));
    int bound = unix_socket ? bind(fd, (struct sockaddr *)&path, sizeof path) : bind(fd, (struct sockaddr *)&port, sizeof port);
    if (bound < 0 || listen(fd, 16) < 0)
        fail("bind");
    say("listening");
    for (;;) {
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            continue;
        if (http && code != 0) {
            char request[4096];
            ssize_t length = read(peer, request, sizeof request - 1);
            request[length > 0 ? length : 0] = 0;
            for (char *c = request; *c; c++)
                if (*c == '\r' || *c == '\n')
                    *c = *c == '\r' ? '|' : ' ';
            say("request %s", request);
            dprintf(peer, "HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", code);
        } else if (http)
            continue;
        close(peer);
    }
}
