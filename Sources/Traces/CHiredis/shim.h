#pragma once
// No pkg-config: hiredis.pc defines _FILE_OFFSET_BITS, which a module must not.
#include <hiredis/hiredis.h>
