// Files that must hold text, and text fit for one line of a terminal, as the runtime has them.
#pragma once

#include "crosscheck/audit/atomic_file.h"
#include "runtime/io/text.h"

namespace plumbline::crosscheck {

using runtime::io::check_text;
using runtime::io::printable;
using runtime::io::read_text;

}  // namespace plumbline::crosscheck
