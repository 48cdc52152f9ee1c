// Traced: a double that reports which way each comparison, kink and choice of a definition went.
#pragma once

#include <optional>
#include <string_view>

#include "spec/lang/floats.h"
#include "spec/lang/number.h"
#include "spec/lang/numbers.h"

namespace plumbline::spec {

// Hears of every place in a definition where a number decides something.
struct Trace {
  virtual ~Trace() = default;
  // `what` is the function that is called at `line` of `file`; `taken` its answer.
  virtual void branch(const char* file, int line, std::string_view what, bool taken) = 0;
};

// Numbers that come from data carry the trace; what is computed from them inherits it. Literals have none. The
// compiler's own words tell the place of the call, as in lang/check.h.
class Traced {
 public:
  Traced() = default;
  explicit Traced(Index value) : value_(static_cast<double>(value)) {}
  explicit Traced(int value) : value_(value) {}
  explicit Traced(double value) : value_(value) {}
  Traced(double value, Trace* trace) : value_(value), trace_(trace) {}
  double value() const { return value_; }

  friend Traced operator+(Traced x, Traced y) { return {x.value_ + y.value_, joint(x, y)}; }
  friend Traced operator-(Traced x, Traced y) { return {x.value_ - y.value_, joint(x, y)}; }
  friend Traced operator*(Traced x, Traced y) { return {x.value_ * y.value_, joint(x, y)}; }
  friend Traced operator/(Traced x, Traced y) { return {x.value_ / y.value_, joint(x, y)}; }
  friend Traced operator-(Traced x) { return {-x.value_, x.trace_}; }

  friend Traced abs(Traced x, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    tell(x.trace_, file, line, "abs", x.value_ < 0);
    return {spec::abs(x.value_), x.trace_};
  }
  friend Traced ramp(Traced x, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    tell(x.trace_, file, line, "ramp", x.value_ > 0);
    return {spec::ramp(x.value_), x.trace_};
  }
  friend Traced maximum(Traced x, Traced y, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    tell(joint(x, y), file, line, "maximum", x.value_ > y.value_);
    return {spec::maximum(x.value_, y.value_), joint(x, y)};
  }
  friend Traced minimum(Traced x, Traced y, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    tell(joint(x, y), file, line, "minimum", x.value_ < y.value_);
    return {spec::minimum(x.value_, y.value_), joint(x, y)};
  }
  friend Traced sqrt(Traced x) { return {spec::sqrt(x.value_), x.trace_}; }
  friend Traced cbrt(Traced x) { return {spec::cbrt(x.value_), x.trace_}; }
  friend Traced exp(Traced x) { return {spec::exp(x.value_), x.trace_}; }
  friend Traced exp2(Traced x) { return {spec::exp2(x.value_), x.trace_}; }
  friend Traced expm1(Traced x) { return {spec::expm1(x.value_), x.trace_}; }
  friend Traced log(Traced x) { return {spec::log(x.value_), x.trace_}; }
  friend Traced log2(Traced x) { return {spec::log2(x.value_), x.trace_}; }
  friend Traced log1p(Traced x) { return {spec::log1p(x.value_), x.trace_}; }
  friend Traced sin(Traced x) { return {spec::sin(x.value_), x.trace_}; }
  friend Traced cos(Traced x) { return {spec::cos(x.value_), x.trace_}; }
  friend Traced atan(Traced x) { return {spec::atan(x.value_), x.trace_}; }
  friend Traced tanh(Traced x) { return {spec::tanh(x.value_), x.trace_}; }
  friend Traced erf(Traced x) { return {spec::erf(x.value_), x.trace_}; }
  friend Traced erfc(Traced x) { return {spec::erfc(x.value_), x.trace_}; }
  friend Traced pow(Traced x, Traced y) { return {spec::pow(x.value_, y.value_), joint(x, y)}; }
  friend Traced floor(Traced x) { return {spec::floor(x.value_), x.trace_}; }
  friend Traced round_even(Traced x) { return {spec::round_even(x.value_), x.trace_}; }
  friend Traced computed_as(Traced exact, Traced) { return exact; }
  friend Traced ratio(Traced x, Index p, Index q) { return {spec::ratio(x.value_, p, q), x.trace_}; }
  friend Traced real(Traced x, double a) { return {a, x.trace_}; }
  friend Traced pi(Traced x) { return {spec::pi(x.value_), x.trace_}; }

  friend Truth less(Traced x, Traced y, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return told(joint(x, y), file, line, "less", spec::less(x.value_, y.value_));
  }
  friend Truth equal(Traced x, Traced y, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return told(joint(x, y), file, line, "equal", spec::equal(x.value_, y.value_));
  }
  friend Truth is_nan(Traced x, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return told(x.trace_, file, line, "is_nan", spec::is_nan(x.value_));
  }
  friend Truth is_infinite(Traced x, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return told(x.trace_, file, line, "is_infinite", spec::is_infinite(x.value_));
  }
  friend Traced select(Truth t, Traced x, Traced y, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    told(joint(x, y), file, line, "select", t);
    return t.exact == Tri::yes ? x : y;
  }
  friend std::optional<Index> to_index(Traced x) { return spec::to_index(x.value_); }

 private:
  static Trace* joint(Traced x, Traced y) { return x.trace_ != nullptr ? x.trace_ : y.trace_; }
  static void tell(Trace* trace, const char* file, int line, std::string_view what, bool taken) {
    if (trace != nullptr) trace->branch(file, line, what, taken);
  }
  static Truth told(Trace* trace, const char* file, int line, std::string_view what, Truth t) {
    tell(trace, file, line, what, t.exact == Tri::yes);
    return t;
  }

  double value_ = 0;
  Trace* trace_ = nullptr;
};

static_assert(Number<Traced>);

}  // namespace plumbline::spec
