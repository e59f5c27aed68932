/* Walking over an output's elements in order, with up to two inputs alongside: broadcasting and
 * permuting are only strides. */
#include "op.h"

static int64_t size_from_end(kd_shape s, int back)
{
    return back < s.n ? s.d[s.n - 1 - back] : 1;
}

bool kdi_broadcast(kd_shape a, kd_shape b, kd_shape *out)
{
    *out = a.n >= b.n ? a : b;
    for (int back = 0; back < out->n; back++) {
        int64_t da = size_from_end(a, back), db = size_from_end(b, back);
        if (da != db && da != 1 && db != 1)
            return false;
        out->d[out->n - 1 - back] = da == 1 ? db : da;
    }
    return true;
}

/* drop axes of size 1; join an axis to the one before when every side goes on evenly */
static void add_axis(kdi_walk *w, int64_t size, int64_t stride0, int64_t stride1)
{
    w->numel *= size;
    if (size == 1)
        return;
    int last = w->n - 1;
    if (last >= 0 && w->stride[0][last] == stride0 * size && w->stride[1][last] == stride1 * size) {
        w->size[last] *= size;
        w->stride[0][last] = stride0;
        w->stride[1][last] = stride1;
        return;
    }
    w->size[w->n] = size;
    w->stride[0][w->n] = stride0;
    w->stride[1][w->n++] = stride1;
}

static void finish(kdi_walk *w)
{
    if (w->n == 0) { /* one element */
        w->size[0] = 1;
        w->n = 1;
    }
    w->run = w->size[w->n - 1];
    w->step[0] = w->stride[0][w->n - 1];
    w->step[1] = w->stride[1][w->n - 1];
    w->out = -1;
}

/* how far x moves when the output axis `axis` of `out` moves by one */
static int64_t stride_in(kd_shape x, kd_shape out, int axis)
{
    int at = axis - (out.n - x.n);
    if (at < 0 || x.d[at] == 1)
        return 0;
    int64_t stride = 1;
    for (int i = at + 1; i < x.n; i++)
        stride *= x.d[i];
    return stride;
}

kdi_walk kdi_walk_of(kd_shape out, kd_shape a, kd_shape b)
{
    kdi_walk w = { .numel = 1 };
    for (int i = 0; i < out.n; i++)
        add_axis(&w, out.d[i], stride_in(a, out, i), stride_in(b, out, i));
    finish(&w);
    return w;
}

kdi_walk kdi_walk_permuted(kd_shape in, const int *order)
{
    kdi_walk w = { .numel = 1 };
    for (int i = 0; i < in.n; i++)
        add_axis(&w, in.d[order[i]], stride_in(in, in, order[i]), 0);
    finish(&w);
    return w;
}

bool kdi_walk_next(kdi_walk *w)
{
    if (w->out < 0) { /* not begun */
        w->out = 0;
        return w->numel > 0;
    }
    w->out += w->run;
    for (int i = w->n - 2; i >= 0; i--) {
        w->at[0] += w->stride[0][i];
        w->at[1] += w->stride[1][i];
        if (++w->index[i] < w->size[i])
            return true;
        w->at[0] -= w->stride[0][i] * w->size[i];
        w->at[1] -= w->stride[1][i] * w->size[i];
        w->index[i] = 0;
    }
    return false;
}
