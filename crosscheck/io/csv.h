// Tables of numbers, as the runtime reads them.
#pragma once

#include "runtime/data/csv.h"

namespace plumbline::crosscheck {

using runtime::data::parse_table;
using runtime::data::read_table;
using runtime::data::Table;

}  // namespace plumbline::crosscheck
