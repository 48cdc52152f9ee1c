// NPY files, as the runtime reads and writes them.
#pragma once

#include "crosscheck/sample/case.h"
#include "runtime/data/npy.h"

namespace plumbline::crosscheck {

using runtime::data::Array;
using runtime::data::Dtype;
using runtime::data::dtype_name;
using runtime::data::dtype_of;
using runtime::data::format_of;
using runtime::data::most_file_elements;
using runtime::data::parse_npy;
using runtime::data::print_npy;
using runtime::data::read_npy;
using runtime::data::Sixteen;

}  // namespace plumbline::crosscheck
