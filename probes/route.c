/* route - see route.h. */
#include "probes/route.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "src/base/bytes.h"

struct ask {
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr to;
    uint8_t address[16];
};

static size_t ask_write(struct ask *a, const struct sockaddr *to)
{
    bool six = to->sa_family == AF_INET6;
    size_t n = six ? 16 : 4;
    const void *address = six ? (const void *)&((const struct sockaddr_in6 *)(const void *)to)->sin6_addr
                              : (const void *)&((const struct sockaddr_in *)(const void *)to)->sin_addr;
    *a = (struct ask){ .head = { .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST },
                       .route = { .rtm_family = (unsigned char)to->sa_family, .rtm_dst_len = (unsigned char)(n * 8) },
                       .to = { .rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = RTA_DST } };
    memcpy(a->address, address, n);
    a->head.nlmsg_len = (uint32_t)(offsetof(struct ask, address) + n);
    return a->head.nlmsg_len;
}

enum state route_read(const void *answer, size_t n)
{
    struct reader r = reader_of(answer, n);
    const void *first = reader_take(&r, NLMSG_HDRLEN), *second = reader_take(&r, NLMSG_ALIGN(sizeof(struct rtmsg))), *p;
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr attribute;
    if (!first || !second)
        return UNSURE;
    memcpy(&head, first, sizeof head);
    memcpy(&route, second, sizeof route);
    if (head.nlmsg_type != RTM_NEWROUTE)
        return UNSURE;
    if (route.rtm_type != RTN_UNICAST)
        return STATE_NO;
    while ((p = reader_take(&r, sizeof attribute)) != NULL) {
        memcpy(&attribute, p, sizeof attribute);
        int type = attribute.rta_type & NLA_TYPE_MASK;
        if (type == RTA_GATEWAY || type == RTA_VIA)
            return STATE_YES;
        if (attribute.rta_len < sizeof attribute)
            return UNSURE;
        reader_take(&r, RTA_ALIGN(attribute.rta_len) - sizeof attribute);
    }
    return STATE_NO;
}

enum state route_is_far(const struct sockaddr *to)
{
    struct ask ask;
    uint8_t answer[4096];
    bool known = to->sa_family == AF_INET || to->sa_family == AF_INET6;
    int fd = known ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) : -1;
    if (fd < 0)
        return UNSURE;
    size_t size = ask_write(&ask, to);
    ssize_t n = send(fd, &ask, size, 0) == (ssize_t)size ? recv(fd, answer, sizeof answer, MSG_DONTWAIT) : -1;
    close(fd);
    return n > 0 ? route_read(answer, (size_t)n) : UNSURE;
}
