// The number types by name, for interfaces that speak of them without looking at their arithmetic (spec/num).
#pragma once

#include "spec/lang/format.h"

namespace plumbline::spec {

class Rational;
class Ball;
class Approx;
class Traced;
template <class N>
struct Dual;
template <class C>
struct Rounded;
template <const Format& F>
class Binary;

template <class... Ns>
struct NumberList {};

// Every number type under which an op can be read.
using Numbers = NumberList<float, double, Rational, Ball, Dual<Rational>, Dual<Ball>, Rounded<Approx>, Rounded<Ball>,
                           Binary<binary32>, Traced>;

}  // namespace plumbline::spec
