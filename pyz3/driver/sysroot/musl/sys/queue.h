/* Lists, simple queues and tail queues as queue(3) of the BSDs describes them; musl has no such header. */
#ifndef PYZ3_MUSL_SYS_QUEUE_H
#define PYZ3_MUSL_SYS_QUEUE_H

#include <stddef.h>

/* Singly-linked lists */
#define SLIST_HEAD(name, type) struct name { struct type *slh_first; }
#define SLIST_HEAD_INITIALIZER(head) { NULL }
#define SLIST_ENTRY(type) struct { struct type *sle_next; }
#define SLIST_FIRST(head) ((head)->slh_first)
#define SLIST_EMPTY(head) (SLIST_FIRST(head) == NULL)
#define SLIST_NEXT(item, field) ((item)->field.sle_next)
#define SLIST_INIT(head) ((void)(SLIST_FIRST(head) = NULL))
#define SLIST_INSERT_AFTER(place, item, field) do { \
    SLIST_NEXT(item, field) = SLIST_NEXT(place, field); \
    SLIST_NEXT(place, field) = (item); \
} while (0)
#define SLIST_INSERT_HEAD(head, item, field) do { \
    SLIST_NEXT(item, field) = SLIST_FIRST(head); \
    SLIST_FIRST(head) = (item); \
} while (0)
#define SLIST_REMOVE_HEAD(head, field) ((void)(SLIST_FIRST(head) = SLIST_NEXT(SLIST_FIRST(head), field)))
#define SLIST_REMOVE(head, item, type, field) do { \
    struct type **pyz3_place = &SLIST_FIRST(head); \
    while (*pyz3_place != (item)) pyz3_place = &SLIST_NEXT(*pyz3_place, field); \
    *pyz3_place = SLIST_NEXT(item, field); \
} while (0)
#define SLIST_FOREACH(item, head, field) for ((item) = SLIST_FIRST(head); (item); (item) = SLIST_NEXT(item, field))

/* Lists */
#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_HEAD_INITIALIZER(head) { NULL }
#define LIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }
#define LIST_FIRST(head) ((head)->lh_first)
#define LIST_EMPTY(head) (LIST_FIRST(head) == NULL)
#define LIST_NEXT(item, field) ((item)->field.le_next)
#define LIST_INIT(head) ((void)(LIST_FIRST(head) = NULL))
#define LIST_INSERT_AFTER(place, item, field) do { \
    if ((LIST_NEXT(item, field) = LIST_NEXT(place, field)) != NULL) \
        LIST_NEXT(place, field)->field.le_prev = &LIST_NEXT(item, field); \
    LIST_NEXT(place, field) = (item); \
    (item)->field.le_prev = &LIST_NEXT(place, field); \
} while (0)
#define LIST_INSERT_BEFORE(place, item, field) do { \
    (item)->field.le_prev = (place)->field.le_prev; \
    LIST_NEXT(item, field) = (place); \
    *(place)->field.le_prev = (item); \
    (place)->field.le_prev = &LIST_NEXT(item, field); \
} while (0)
#define LIST_INSERT_HEAD(head, item, field) do { \
    if ((LIST_NEXT(item, field) = LIST_FIRST(head)) != NULL) \
        LIST_FIRST(head)->field.le_prev = &LIST_NEXT(item, field); \
    LIST_FIRST(head) = (item); \
    (item)->field.le_prev = &LIST_FIRST(head); \
} while (0)
#define LIST_REMOVE(item, field) do { \
    if (LIST_NEXT(item, field) != NULL) LIST_NEXT(item, field)->field.le_prev = (item)->field.le_prev; \
    *(item)->field.le_prev = LIST_NEXT(item, field); \
} while (0)
#define LIST_FOREACH(item, head, field) for ((item) = LIST_FIRST(head); (item); (item) = LIST_NEXT(item, field))

/* Simple queues; STAILQ is the name that FreeBSD has for them */
#define STAILQ_HEAD(name, type) struct name { struct type *stqh_first; struct type **stqh_last; }
#define STAILQ_HEAD_INITIALIZER(head) { NULL, &(head).stqh_first }
#define STAILQ_ENTRY(type) struct { struct type *stqe_next; }
#define STAILQ_FIRST(head) ((head)->stqh_first)
#define STAILQ_EMPTY(head) (STAILQ_FIRST(head) == NULL)
#define STAILQ_NEXT(item, field) ((item)->field.stqe_next)
#define STAILQ_INIT(head) do { \
    STAILQ_FIRST(head) = NULL; \
    (head)->stqh_last = &STAILQ_FIRST(head); \
} while (0)
#define STAILQ_INSERT_HEAD(head, item, field) do { \
    if ((STAILQ_NEXT(item, field) = STAILQ_FIRST(head)) == NULL) (head)->stqh_last = &STAILQ_NEXT(item, field); \
    STAILQ_FIRST(head) = (item); \
} while (0)
#define STAILQ_INSERT_TAIL(head, item, field) do { \
    STAILQ_NEXT(item, field) = NULL; \
    *(head)->stqh_last = (item); \
    (head)->stqh_last = &STAILQ_NEXT(item, field); \
} while (0)
#define STAILQ_REMOVE_HEAD(head, field) do { \
    if ((STAILQ_FIRST(head) = STAILQ_NEXT(STAILQ_FIRST(head), field)) == NULL) \
        (head)->stqh_last = &STAILQ_FIRST(head); \
} while (0)
#define STAILQ_FOREACH(item, head, field) \
    for ((item) = STAILQ_FIRST(head); (item); (item) = STAILQ_NEXT(item, field))

#define SIMPLEQ_HEAD STAILQ_HEAD
#define SIMPLEQ_HEAD_INITIALIZER STAILQ_HEAD_INITIALIZER
#define SIMPLEQ_ENTRY STAILQ_ENTRY
#define SIMPLEQ_FIRST STAILQ_FIRST
#define SIMPLEQ_EMPTY STAILQ_EMPTY
#define SIMPLEQ_NEXT STAILQ_NEXT
#define SIMPLEQ_INIT STAILQ_INIT
#define SIMPLEQ_INSERT_HEAD STAILQ_INSERT_HEAD
#define SIMPLEQ_INSERT_TAIL STAILQ_INSERT_TAIL
#define SIMPLEQ_REMOVE_HEAD STAILQ_REMOVE_HEAD
#define SIMPLEQ_FOREACH STAILQ_FOREACH

/* Tail queues */
#define TAILQ_HEAD(name, type) struct name { struct type *tqh_first; struct type **tqh_last; }
#define TAILQ_HEAD_INITIALIZER(head) { NULL, &(head).tqh_first }
#define TAILQ_ENTRY(type) struct { struct type *tqe_next; struct type **tqe_prev; }
#define TAILQ_FIRST(head) ((head)->tqh_first)
#define TAILQ_END(head) NULL
#define TAILQ_EMPTY(head) (TAILQ_FIRST(head) == NULL)
#define TAILQ_NEXT(item, field) ((item)->field.tqe_next)
#define TAILQ_LAST(head, name) (*((struct name *)((head)->tqh_last))->tqh_last)
#define TAILQ_PREV(item, name, field) (*((struct name *)((item)->field.tqe_prev))->tqh_last)
#define TAILQ_INIT(head) do { \
    TAILQ_FIRST(head) = NULL; \
    (head)->tqh_last = &TAILQ_FIRST(head); \
} while (0)
#define TAILQ_INSERT_HEAD(head, item, field) do { \
    if ((TAILQ_NEXT(item, field) = TAILQ_FIRST(head)) != NULL) \
        TAILQ_FIRST(head)->field.tqe_prev = &TAILQ_NEXT(item, field); \
    else \
        (head)->tqh_last = &TAILQ_NEXT(item, field); \
    TAILQ_FIRST(head) = (item); \
    (item)->field.tqe_prev = &TAILQ_FIRST(head); \
} while (0)
#define TAILQ_INSERT_TAIL(head, item, field) do { \
    TAILQ_NEXT(item, field) = NULL; \
    (item)->field.tqe_prev = (head)->tqh_last; \
    *(head)->tqh_last = (item); \
    (head)->tqh_last = &TAILQ_NEXT(item, field); \
} while (0)
#define TAILQ_INSERT_AFTER(head, place, item, field) do { \
    if ((TAILQ_NEXT(item, field) = TAILQ_NEXT(place, field)) != NULL) \
        TAILQ_NEXT(item, field)->field.tqe_prev = &TAILQ_NEXT(item, field); \
    else \
        (head)->tqh_last = &TAILQ_NEXT(item, field); \
    TAILQ_NEXT(place, field) = (item); \
    (item)->field.tqe_prev = &TAILQ_NEXT(place, field); \
} while (0)
#define TAILQ_INSERT_BEFORE(place, item, field) do { \
    (item)->field.tqe_prev = (place)->field.tqe_prev; \
    TAILQ_NEXT(item, field) = (place); \
    *(place)->field.tqe_prev = (item); \
    (place)->field.tqe_prev = &TAILQ_NEXT(item, field); \
} while (0)
#define TAILQ_REMOVE(head, item, field) do { \
    if (TAILQ_NEXT(item, field) != NULL) \
        TAILQ_NEXT(item, field)->field.tqe_prev = (item)->field.tqe_prev; \
    else \
        (head)->tqh_last = (item)->field.tqe_prev; \
    *(item)->field.tqe_prev = TAILQ_NEXT(item, field); \
} while (0)
#define TAILQ_FOREACH(item, head, field) for ((item) = TAILQ_FIRST(head); (item); (item) = TAILQ_NEXT(item, field))
#define TAILQ_FOREACH_REVERSE(item, head, name, field) \
    for ((item) = TAILQ_LAST(head, name); (item); (item) = TAILQ_PREV(item, name, field))

#endif
