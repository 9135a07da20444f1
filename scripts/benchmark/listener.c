/* listener PORT: answers every HTTP request on 127.0.0.1 with 200. Under a supervisor that is measured it reports to the benchmark's
   FIFO once it listens. On its own (PORT 0: any) it prints the port, and at the end of its standard input a line "NUMBER NS" for each
   request to /NUMBER, in the order they came. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_REQUESTS = 100000 };

static struct { int number; long long ns; } requests[MAX_REQUESTS];
static int count;

static int complain(const char *what)
{
    perror(what);
    return 1;
}

static void answer(int peer)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char request[1024];
    ssize_t length = read(peer, request, sizeof request - 1);
    if (length > 5 && count < MAX_REQUESTS) {
        request[length] = 0;
        requests[count].number = atoi(request + 5);
        requests[count++].ns = now.tv_sec * 1000000000LL + now.tv_nsec;
    }
    (void)!write(peer, ok, sizeof ok - 1);
    close(peer);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    socklen_t size = sizeof address;
    int on = 1, listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, (struct sockaddr *)&address, size) < 0 || listen(listening, 512) < 0
        || getsockname(listening, (struct sockaddr *)&address, &size) < 0)
        return complain("listener");
    const char *path = getenv("BENCH_FIFO");
    int fifo = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (path && (fifo < 0 || write(fifo, "r", 1) != 1))
        return complain(path);
    if (!path) {
        printf("%d\n", ntohs(address.sin_port));
        fflush(stdout);
    }
    struct pollfd polled[] = {{.fd = listening, .events = POLLIN}, {.fd = path ? -1 : 0, .events = POLLIN}};
    while (poll(polled, 2, -1) > 0) {
        if (polled[1].revents)
            break;
        int peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (peer >= 0)
            answer(peer);
    }
    for (int i = 0; i < count; i++)
        printf("%d %lld\n", requests[i].number, requests[i].ns);
    return 0;
}
