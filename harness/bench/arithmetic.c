/* What a step had to compute, read off its tape: an honest count whatever a kernel saves. */
#include "bench/bench.h"

/* A convolution or linear layer multiplies three times: forward, for its weights' gradient and for
 * its input's. The first layer's input wants none. */
static double trained(const kd_engine *e)
{
    double sum = 0;
    for (const kdi_node *n = e->last; n; n = n->before)
        sum += kdi_node_flops(n) * (kdi_wants(n->in[0]) ? 3 : 2);
    return sum;
}

double kdi_bench_flops(const kdi_bench *b)
{
    const kdi_trainer *t = b->t;
    double each = 0;
    for (int i = 0; i < t->nteacher && !b->cache; i++)
        each += kdi_net_flops(t->teacher[i].net);
    if (t->reference.net)
        each += kdi_net_flops(t->reference.net);
    return (double)t->batch * each + trained(t->engine);
}
