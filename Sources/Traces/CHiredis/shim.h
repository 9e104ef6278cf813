#pragma once
// Not found through pkg-config, because hiredis.pc defines _FILE_OFFSET_BITS, which Swift does not allow for modules.
#include <hiredis/hiredis.h>
