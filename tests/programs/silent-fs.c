// silent-fs DIRECTORY: mounts a FUSE file system there that takes every request and answers none, as a network file system whose server
// is gone: whoever touches it sleeps in the kernel, and no SIGKILL ends that. Says `silent`. SIGUSR2 takes it away, and fails what waits.
#include "common.h"
#include <linux/fuse.h>
#include <sys/mount.h>

static const char *directory;
static int device;

static void unmount(int number)
{
    (void)number;
    umount2(directory, MNT_DETACH);
    close(device);
    device = -1;
}

int main(int argc, char **argv)
{
    deadline();
    if (argc != 2)
        return 100;
    directory = argv[1];
    struct sigaction action = {.sa_handler = unmount};
    sigaction(SIGUSR2, &action, NULL);
    device = open("/dev/fuse", O_RDWR);
    if (device < 0)
        fail("/dev/fuse");
    char options[128];
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    if (mount("silent", directory, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
        fail("mount");
    static char request[1 << 18];
    if (read(device, request, sizeof request) < (ssize_t)sizeof(struct fuse_in_header))
        fail("FUSE_INIT");
    struct {
        struct fuse_out_header head;
        struct fuse_init_out init;
    } answer = {
        .head = {.len = sizeof answer, .unique = ((struct fuse_in_header *)request)->unique},
        .init = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096},
    };
    if (write(device, &answer, sizeof answer) < 0)
        fail("answer");
    say("silent");
    while (device >= 0)
        if (read(device, request, sizeof request) < 0 && errno != EINTR)
            break;
    for (;;)
        pause();
}
