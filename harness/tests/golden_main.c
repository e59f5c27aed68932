/* Runs lua/methods_agree.lua: every method against the reference vectors in its folder. */
#include "check/golden_check.h"
#include "lua/bind.h"
#include "store/store.h"

extern const kdi_call kdi_store_calls[];

static const kdi_call *const tables[] = { kdi_store_calls, kdi_golden_calls, NULL };

/* two folders, in Lua's way of writing a path */
#define FOLDERS KDI_SOURCE "/harness/lua/?.lua;" KDI_SOURCE "/harness/tests/lua"

int main(int argc, char **argv)
{
    return kdi_lua_main(tables, FOLDERS, "methods_agree", argc, argv);
}
