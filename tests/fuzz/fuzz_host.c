/* SPDX-License-Identifier: MIT */
/* The host of the fuzz targets. */
#include "fuzz_host.h"

#include <string.h>

static const char usual[] = "mount 2 / /proc proc\n"
                            "mount 3 / /sys sysfs\n"
                            "mount 5 / /dev devtmpfs\n"
                            "mount 6 / /dev/pts devpts\n"
                            "mount 7 / /dev/shm tmpfs\n"
                            "mount 8 / /run tmpfs\n"
                            "link /bin -> usr/bin\n"
                            "link /lib -> usr/lib\n"
                            "link /usr/bin/sh -> dash\n"
                            "file /usr/bin/dash nowrite\n"
                            "dir /usr/lib nowrite\n"
                            "dir /usr/share nowrite\n"
                            "dir /etc nowrite\n"
                            "file /etc/passwd nowrite\n"
                            "file /etc/shadow noread nowrite\n"
                            "dir /etc/ssl/private noread nowrite nosearch\n"
                            "dir /tmp\n"
                            "dir /root noread nowrite nosearch\n"
                            "dir /home/u/project\n"
                            "char /dev/null\n"
                            "char /dev/kvm\n"
                            "dir /work\n"
                            "cwd /work\n"
                            "home /home/u\n";

int fuzz_host_open(struct fake_host *host, const char *more)
{
    static const char include[] = "include ";

    *host = (struct fake_host){ 0 };
    if (fake_host_text(host, "", usual) < 0)
        return -1;
    while (!strncmp(more, include, sizeof include - 1)) {
        more += strcspn(more, "\n");
        more += *more == '\n';
    }
    if (strstr(more, include)) /* nothing of this machine */
        return -1;
    return fake_host_text(host, "", more);
}
