/* An opened data set in memory that other processes map: decoded, checked, cut and measured once,
 * by the process that starts the workers. The memory is sealed before anybody else sees it. */
#include "data/data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/json.h"
#include "base/option.h"

enum { SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK, ALIGN = 64 };

typedef struct place_of { /* of samples: n, and where in the memory; 0: there are none */
    int64_t n, pixel, real, point, token, begins, label;
} place_of;

/* At the front. Written and read by one program, so as the compiler lays it out; what is not a
 * number is the distance from the front. */
typedef struct header {
    char magic[8];
    int64_t size, identity;
    int64_t channels, height, width, classes, points, stored_points, point_channels, vocabulary;
    int up;
    kd_tokenizer tokenizer;
    double mean[16], sd[16];
    char sha256[KDI_SHA256_HEX];
    place_of train, test, validation;
    int64_t nkept, nheld, kept, held, order;
} header;

static const char magic[8] = "kdshare";

/* which data set, where from: not which subset, not what is done to it */
static char *identity_of(const kdi_data *d)
{
    kd_value *m = kd_map(d->arena);
    kd_set_text(m, "name", d->class->name);
    kd_set_text(m, "folder", d->set.folder);
    kd_set(m, "options", kdi_options_values(d->class->options, d->self, d->arena));
    return kdi_json(m, d->arena);
}

/* ---- writing ------------------------------------------------------------------------- */

typedef struct writer {
    char *to; /* NULL: only measure */
    int64_t at;
} writer;

static int64_t put(writer *w, const void *data, int64_t size)
{
    int64_t at = (w->at + ALIGN - 1) / ALIGN * ALIGN;
    if (w->to)
        memcpy(w->to + at, data, (size_t)size);
    w->at = at + size;
    return at;
}

static int64_t put_some(writer *w, const void *data, int64_t n, size_t each)
{
    return data ? put(w, data, n * (int64_t)each) : 0;
}

static place_of put_samples(writer *w, const kd_samples *x, const kd_dataset *s)
{
    int64_t n = x->n, image = n * s->height * s->width * s->channels;
    return (place_of){
        .n = n,
        .pixel = put_some(w, x->pixel, image, 1),
        .real = put_some(w, x->real, image, sizeof *x->real),
        .point =
            put_some(w, x->point, n * kdi_stored_points(s) * s->point_channels, sizeof *x->point),
        .token = put_some(w, x->token, x->begins ? x->begins[n] : 0, sizeof *x->token),
        .begins = put_some(w, x->begins, n + 1, sizeof *x->begins),
        .label = put_some(w, x->label, n, sizeof *x->label),
    };
}

static int64_t put_places(writer *w, const int64_t *place, int64_t n)
{
    return put(w, place, n * (int64_t)sizeof *place);
}

static void write_all(writer *w, kdi_data *d, const char *identity)
{
    const kd_dataset *s = &d->set;
    const kdi_cut *c = &d->cut;
    header h = { .channels = s->channels,
                 .height = s->height,
                 .width = s->width,
                 .classes = s->classes,
                 .points = s->points,
                 .stored_points = s->stored_points,
                 .point_channels = s->point_channels,
                 .vocabulary = s->vocabulary,
                 .up = s->up,
                 .tokenizer = s->tokenizer,
                 .nkept = c->nkept,
                 .nheld = c->nheld };
    w->at = sizeof h;
    memcpy(h.magic, magic, sizeof magic);
    memcpy(h.mean, s->mean, sizeof h.mean);
    memcpy(h.sd, s->sd, sizeof h.sd);
    memcpy(h.sha256, d->sha256, sizeof h.sha256);
    h.identity = put(w, identity, (int64_t)strlen(identity) + 1);
    h.train = put_samples(w, &s->train, s);
    h.test = put_samples(w, &s->test, s);
    h.validation = put_samples(w, &s->validation, s);
    h.kept = put_places(w, c->kept, c->nkept);
    h.held = put_places(w, c->held, c->nheld);
    h.order = put_places(w, kdi_data_subset_order(d), c->nkept);
    h.size = w->at;
    if (w->to)
        memcpy(w->to, &h, sizeof h);
}

static int fill(int fd, kdi_data *d)
{
    const char *identity = identity_of(d);
    writer w = { 0 };
    write_all(&w, d, identity);
    size_t size = (size_t)w.at;
    if (ftruncate(fd, (off_t)size) != 0)
        return errno;
    w.to = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (w.to == MAP_FAILED)
        return errno;
    write_all(&w, d, identity);
    munmap(w.to, size);
    return fcntl(fd, F_ADD_SEALS, SEALS) == 0 ? 0 : errno;
}

int kdi_data_share(kdi_data *d, int *fd)
{
    *fd = memfd_create("kdbench data", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int bad = *fd < 0 ? errno : fill(*fd, d);
    if (!bad)
        return KD_OK;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return kd_error(KD_E_SYSTEM, "cannot share %s between processes: %s", d->class->name,
                    strerror(bad));
}

/* ---- reading ----------------------------------------------------------------------------- */

/* the memory behind the descriptor that our parent named, when it is what kdi_data_share made */
static const header *map_shared(kdi_data *d)
{
    const char *text = getenv(KDI_SHARED_DATA);
    int fd = text && *text ? atoi(text) : -1;
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0 || (size_t)info.st_size < sizeof(header) ||
        (fcntl(fd, F_GET_SEALS) & SEALS) != SEALS)
        return NULL;
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return NULL;
    d->map = map;
    d->map_size = (size_t)info.st_size;
    const header *h = map;
    if (memcmp(h->magic, magic, sizeof magic) != 0 || h->size != (int64_t)info.st_size ||
        strcmp((const char *)map + h->identity, identity_of(d)) != 0) {
        kdi_data_detach(d);
        return NULL;
    }
    return h;
}

static const void *at(const header *h, int64_t where)
{
    return where ? (const char *)h + where : NULL;
}

static kd_samples samples_at(const header *h, place_of p)
{
    return (kd_samples){ .n = p.n,
                         .pixel = at(h, p.pixel),
                         .real = at(h, p.real),
                         .point = at(h, p.point),
                         .token = at(h, p.token),
                         .begins = at(h, p.begins),
                         .label = at(h, p.label) };
}

bool kdi_data_attach(kdi_data *d)
{
    const header *h = map_shared(d);
    if (!h)
        return false;
    kd_dataset *s = &d->set;
    s->channels = h->channels;
    s->height = h->height;
    s->width = h->width;
    s->classes = h->classes;
    s->points = h->points;
    s->stored_points = h->stored_points;
    s->point_channels = h->point_channels;
    s->vocabulary = h->vocabulary;
    s->up = h->up;
    s->tokenizer = h->tokenizer;
    memcpy(s->mean, h->mean, sizeof s->mean);
    memcpy(s->sd, h->sd, sizeof s->sd);
    s->train = samples_at(h, h->train);
    s->test = samples_at(h, h->test);
    s->validation = samples_at(h, h->validation);
    memcpy(d->sha256, h->sha256, sizeof d->sha256);
    d->cut = (kdi_cut){ .kept = at(h, h->kept),
                        .held = at(h, h->held),
                        .order = at(h, h->order),
                        .nkept = h->nkept,
                        .nheld = h->nheld };
    return true;
}

void kdi_data_detach(kdi_data *d)
{
    if (d->map)
        munmap(d->map, d->map_size);
    d->map = NULL;
}
