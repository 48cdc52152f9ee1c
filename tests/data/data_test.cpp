// Data sets and loaders: orders are functions of seed and epoch, batches are the rows they name, mistakes are told.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "runtime/data/loader.h"
#include "runtime/data/npy.h"
#include "runtime/data/table.h"
#include "runtime/rand/rand.h"

namespace plumbline::runtime::data {
namespace {

using spec::Tensor;

template <class R>
std::string error_of(const R& result) {
  return result ? "none" : result.error().what();
}

Tensor<float> counted(Shape shape) {
  return Tensor<float>::generate(std::move(shape), [](Index i) { return static_cast<float>(i); });
}

Dataset numbered(Index n) {
  return *Dataset::from_tensors(counted({n, 2}), Tensor<std::int64_t>::generate({n}, [](Index i) { return i; }));
}

std::vector<std::int64_t> labels(const Sample& batch) {
  const auto& y = std::get<Tensor<std::int64_t>>(batch.y);
  return {y.elements().begin(), y.elements().end()};
}

TEST(Random, TorchLeansVectors) {
  EXPECT_EQ(rand::mix(0), 0xe220a8397b1dcdafu);
  constexpr auto lean = StreamScheme::torchlean;
  EXPECT_EQ(rand::draw(0x25114ed53327345au, 0, lean), 4294967295u);
  const double expected[] = {0.30117025575600564, 0.6844469008501619, 0.30876562278717756, 0.23146131495013833};
  for (std::uint64_t i = 0; i < 4; ++i)
    EXPECT_EQ(rand::unit(rand::draw(rand::key_of(0, 0, lean), i, lean), lean), expected[i]) << i;
  EXPECT_EQ(rand::next_seed(0, 1, lean), 13757245211066428519u);
  EXPECT_EQ(rand::key_of(1, 2, lean), rand::key_of(2, 1, lean));
  EXPECT_NE(rand::key_of(1, 2), rand::key_of(2, 1));
}

TEST(Random, TensorsAreTheInitialisersDraws) {
  const auto x = *rand::uniform<float>({2, 3}, 5, -1, 1), y = *rand::uniform<float>({6}, 5, -1, 1);
  for (Index i = 0; i < 6; ++i) {
    EXPECT_EQ(x[i], y[i]);
    EXPECT_EQ(x[i], -1.0F + 2.0F * spec::unit(spec::draw(spec::key(5, 0), static_cast<std::uint64_t>(i))));
  }
  const auto wide = *rand::normal<double>({9}, 5), narrow = *rand::normal<double>({9}, 5, 1, 0);
  for (Index i = 0; i < 9; ++i) {
    EXPECT_EQ(wide[i], static_cast<double>((*rand::normal<float>({9}, 5))[i]));
    EXPECT_EQ(narrow[i], 1.0);
  }
  EXPECT_FALSE(rand::uniform({2}, 0, 1, 0));
  EXPECT_FALSE(rand::normal({2}, 0, 0, -1));
  EXPECT_FALSE(rand::bernoulli({2}, 0, 1.5));
  EXPECT_FALSE(rand::bernoulli(Shape{-1}, 0, 0.5));
  const auto all = *rand::bernoulli({64}, 3, 1), none = *rand::bernoulli({64}, 3, 0);
  EXPECT_TRUE(std::ranges::all_of(all.elements(), [](float v) { return v == 1; }));
  EXPECT_TRUE(std::ranges::all_of(none.elements(), [](float v) { return v == 0; }));
}

RC_GTEST_PROP(Random, PermutationsHoldEachNumberOnce, ()) {
  const Index n = *rc::gen::inRange(0, 200);
  auto order = rand::permutation(n, *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>());
  std::ranges::sort(order);
  for (Index i = 0; i < n; ++i) RC_ASSERT(order[static_cast<std::size_t>(i)] == i);
}

TEST(Random, EveryPermutationOfFourComesUp) {
  std::set<std::vector<Index>> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) seen.insert(rand::permutation(4, seed));
  EXPECT_EQ(seen.size(), 24U);
}

// Of n = 3·2^62 a remainder of 64 bits would make the first third twice as likely; here each value is as likely.
TEST(Random, BoundsDoNotPreferSmallNumbers) {
  rand::Draws draws(1);
  const Index n = Index{3} << 61;
  int low = 0;
  for (int i = 0; i < 3000; ++i) low += draws.below(n) < n / 3;
  EXPECT_LT(low, 1200);
  EXPECT_GT(low, 800);
}

TEST(Datasets, RowsSamplesSubsetsAndConcatenations) {
  const Dataset data = numbered(5);
  EXPECT_EQ(shape_of(data.at(3)->x), Shape{2});
  EXPECT_EQ(std::get<Tensor<float>>(data.at(3)->x)[1], 7.0F);
  EXPECT_EQ(shape_of(data.at(3)->y), Shape{});
  const Dataset both = concat({*data.subset({4, 0, 0}), Dataset::from_samples({*data.at(2)}), *data.range(1, 2)});
  std::vector<std::int64_t> found;
  for (Index i = 0; i < both.size(); ++i) found.push_back(std::get<Tensor<std::int64_t>>(both.at(i)->y)[0]);
  EXPECT_EQ(found, (std::vector<std::int64_t>{4, 0, 0, 2, 1}));
  const std::vector<Index> which{3, 0};
  EXPECT_EQ(labels(*both.gather(which)), (std::vector<std::int64_t>{2, 4}));
}

TEST(Datasets, LazyAndMappedOnesReadWhenAsked) {
  int reads = 0;
  const Dataset data = Dataset::lazy(1'000'000'000, [&](Index i) -> Result<Sample> {
    ++reads;
    return Sample{Tensor<float>::scalar(static_cast<float>(i)), Tensor<std::int64_t>::scalar(i)};
  });
  const Dataset twice = data.map([](Sample s, Index i) -> Result<Sample> {
    s.x = Tensor<float>::scalar(2 * std::get<Tensor<float>>(s.x)[0] + static_cast<float>(i));
    return s;
  });
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(std::get<Tensor<float>>(twice.at(999)->x)[0], 2997.0F);
  EXPECT_EQ(reads, 1);
}

RC_GTEST_PROP(Datasets, SplitsHoldEachSampleOnce, ()) {
  const Index n = *rc::gen::inRange(0, 60), first = *rc::gen::inRange<Index>(0, n + 1);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto parts = numbered(n).split({first, n - first}, seed);
  if (!parts) RC_FAIL(parts.error().what());
  RC_ASSERT((*parts)[0].size() == first);
  std::multiset<std::int64_t> seen;
  for (const Dataset& part : *parts)
    for (Index i = 0; i < part.size(); ++i) seen.insert(std::get<Tensor<std::int64_t>>(part.at(i)->y)[0]);
  RC_ASSERT(static_cast<Index>(seen.size()) == n);
  std::int64_t next = 0;
  for (const std::int64_t y : seen) RC_ASSERT(y == next++);
}

TEST(Datasets, SayWhatIsWrong) {
  EXPECT_EQ(error_of(Dataset::from_tensors(counted({3, 2}), counted({2}))),
            "data set: found 3 rows of x and 2 of y, expected as many");
  EXPECT_EQ(error_of(Dataset::from_tensors(counted({}), counted({}))),
            "data set: found shapes [] and [], expected a first axis for the samples");
  EXPECT_EQ(error_of(numbered(3).at(3)), "data set: found no sample 3, expected 0 to 2");
  EXPECT_EQ(error_of(numbered(3).subset({0, -1})), "subset: found no sample -1, expected 0 to 2");
  EXPECT_EQ(error_of(numbered(3).range(2, 4)), "subset: found samples 2 to 4, expected a range within 0 to 3");
  EXPECT_EQ(error_of(numbered(3).split({2, 2}, 0)), "split: found a part of 2 samples, expected at most 1 left");
  EXPECT_EQ(error_of(numbered(3).split({2}, 0)), "split: found parts of 2 samples, expected all 3");
  const Dataset mixed = Dataset::from_samples({{counted({2}), counted({})}, {counted({3}), counted({})}});
  const std::vector<Index> both{0, 1};
  EXPECT_EQ(error_of(mixed.gather(both)), "x: sample 1 of the batch: found f32 [3], expected f32 [2] as sample 0");
}

TEST(Loaders, SayWhatIsWrong) {
  EXPECT_EQ(error_of(DataLoader::create(numbered(0))), "loader: found an empty data set, expected at least one sample");
  EXPECT_EQ(error_of(DataLoader::create(numbered(3), {.batch_size = 0})),
            "loader: found batch size 0, expected at least 1");
  EXPECT_EQ(error_of(DataLoader::create(numbered(3), {.batch_size = 4})),
            "loader: found batch size 4, expected at most the 3 samples of the data set");
  auto x = counted({4, 3});
  x.mutable_elements()[7] = std::numeric_limits<float>::quiet_NaN();
  const auto data = *Dataset::from_tensors(x, Tensor<std::int64_t>({4}, {0, 1, 9, 2}));
  const auto finite = *DataLoader::create(data, {.batch_size = 2, .finite = true});
  EXPECT_EQ(error_of(finite.epoch(0)[0]), "none");
  EXPECT_EQ(error_of(finite.epoch(0)[1]), "x: row 2, column 1: found nan, expected a finite number");
  const auto classes = *DataLoader::create(data, {.batch_size = 2, .classes = 3});
  EXPECT_EQ(error_of(classes.epoch(0)[1]), "y: row 2: found label 9, expected 0 to 2");
  EXPECT_EQ(error_of(check_labels(x, 3, "y")), "y: found f32, expected i64 labels");
  EXPECT_EQ(error_of(one_hot(Tensor<std::int64_t>({2}, {0, 3}), 3)), "labels: row 1: found label 3, expected 0 to 2");
}

// Each epoch holds each sample once, in an order that the seed and the epoch decide and nothing else.
RC_GTEST_PROP(Loaders, EpochsHoldEachSampleOnce, ()) {
  const Index n = *rc::gen::inRange(1, 60), batch = *rc::gen::inRange<Index>(1, n + 1);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const bool drop = *rc::gen::arbitrary<bool>();
  const Index epoch = *rc::gen::inRange(0, 1000);
  const LoaderOptions options{.batch_size = batch, .shuffle = true, .seed = seed, .drop_last = drop};
  const auto loader = *DataLoader::create(numbered(n), options), again = *DataLoader::create(numbered(n), options);
  std::vector<std::int64_t> seen;
  Index batches = 0;
  for (const auto& b : loader.epoch(epoch)) {
    const auto y = labels(*b);
    RC_ASSERT(static_cast<Index>(y.size()) == batch || (!drop && batches == n / batch));
    seen.insert(seen.end(), y.begin(), y.end());
    RC_ASSERT(labels(*again.epoch(epoch)[batches++]) == y);
  }
  RC_ASSERT(batches == loader.batches());
  auto order = loader.order(epoch);
  order.resize(seen.size());
  RC_ASSERT(std::equal(order.begin(), order.end(), seen.begin()));
  RC_ASSERT(static_cast<Index>(seen.size()) == (drop ? n / batch * batch : n));
  RC_ASSERT(std::set<std::int64_t>(seen.begin(), seen.end()).size() == seen.size());
}

TEST(Loaders, EpochsDifferAndResumeAnywhere) {
  const auto loader = *DataLoader::create(numbered(20), {.batch_size = 3, .shuffle = true, .seed = 1});
  EXPECT_NE(loader.order(0), loader.order(1));
  Index k = 4;
  for (const auto& b : loader.epoch(1, 4)) EXPECT_EQ(labels(*b), labels(*loader.epoch(1)[k++]));
  EXPECT_EQ(k, 7);
  EXPECT_EQ(loader.epoch(1, 99).begin(), loader.epoch(1, 99).end());
  EXPECT_EQ(labels(*loader.in_order().epoch(7)[0]), (std::vector<std::int64_t>{0, 1, 2}));
}

// No batch is made before it is asked for, and none is kept.
TEST(Loaders, Stream) {
  Index reads = 0;
  const Dataset data = Dataset::lazy(1000, [&](Index i) -> Result<Sample> {
    ++reads;
    return Sample{counted({2}), Tensor<std::int64_t>::scalar(i)};
  });
  const auto loader = *BatchLoader::create(data, {.batch_size = 10, .shuffle = true, .drop_last = true});
  reads = 0;
  Index batches = 0;
  for (const auto& b : loader.epoch(0)) {
    EXPECT_TRUE(b);
    EXPECT_EQ(reads, 10 * ++batches);
  }
  EXPECT_EQ(batches, 100);
}

TEST(Loaders, BatchesOfOneShape) {
  const auto kept = *BatchLoader::create(numbered(7), {.batch_size = 3}),
             dropped = *BatchLoader::create(numbered(7), {.batch_size = 3, .drop_last = true});
  EXPECT_EQ(kept.x_shape(), (Shape{3, 2}));
  EXPECT_EQ(kept.y_shape(), Shape{3});
  EXPECT_EQ(kept.y_dtype(), DType::i64);
  EXPECT_EQ(kept.batches(), 3);
  EXPECT_EQ(dropped.batches(), 2);
  EXPECT_EQ(shape_of(kept.epoch(0)[2]->x), (Shape{1, 2}));
  const Dataset growing = Dataset::lazy(4, [](Index i) -> Result<Sample> {
    return Sample{counted({1 + i / 2}), counted({})};
  });
  const auto loader = *BatchLoader::create(growing, {.batch_size = 2});
  EXPECT_EQ(error_of(loader.epoch(0)[1]), "batch: x: found f32 [2, 2], expected f32 [2, 1]");
}

TEST(Loaders, OwnCollation) {
  const auto loader = *DataLoader::create(
      numbered(4), {.batch_size = 2, .collate = [](std::span<const Sample> samples) -> Result<Sample> {
        return Sample{samples.back().x, samples.front().y};
      }});
  EXPECT_EQ(std::get<Tensor<float>>(loader.epoch(0)[1]->x)[0], 6.0F);
  EXPECT_EQ(labels(*loader.epoch(0)[1]), (std::vector<std::int64_t>{2}));
}

TEST(Tables, TargetsAndLabels) {
  const auto table = *parse_table("a,b,c\n1,2,0\n3,4,1\n", "t.csv");
  const auto labelled = *from_table(table, {.classes = 2, .scale = 0.5});
  EXPECT_EQ(std::get<Tensor<float>>(labelled.at(1)->x)[1], 2.0F);
  EXPECT_EQ(std::get<Tensor<std::int64_t>>(labelled.at(1)->y)[0], 1);
  const auto regression = *from_table(table, {.targets = {0, -1}, .dtype = DType::f64});
  EXPECT_EQ(shape_of(regression.at(0)->y), Shape{2});
  EXPECT_EQ(std::get<Tensor<double>>(regression.at(1)->x)[0], 4.0);
  EXPECT_EQ(*column_of(table, "b"), 1);
  EXPECT_EQ(*column_of(table, "2"), 2);
  EXPECT_EQ(error_of(column_of(table, "d")),
            "table: found no column d, expected a name of its header or a number below 3");
  EXPECT_EQ(error_of(from_table(table, {.classes = 1}, "t.csv")),
            "t.csv: line 3: found label 1, expected an integer from 0 to 0");
  EXPECT_EQ(error_of(from_table(table, {.targets = {3}}, "t.csv")), "t.csv: found no column 3, expected one of 3");
  EXPECT_EQ(error_of(from_table(table, {.targets = {0, -3}}, "t.csv")),
            "t.csv: found column -3 twice among the targets, expected it once");
  EXPECT_EQ(error_of(from_table(table, {.targets = {0, 1, 2}}, "t.csv")),
            "t.csv: found 3 columns, all of them targets, expected one for the input");
  const auto digits = read_csv(PLUMBLINE_SOURCE_DIR "/crosscheck/data/digits.csv", {.classes = 10, .scale = 0x1p-4});
  ASSERT_TRUE(digits) << digits.error().what();
  EXPECT_EQ(digits->size(), 1797);
  EXPECT_EQ(shape_of(digits->at(0)->x), Shape{64});
}

TEST(Tables, NamesOfClasses) {
  const auto file = std::filesystem::temp_directory_path() / ("plumbline-names-" + std::to_string(::getpid()) + ".csv");
  std::ofstream(file) << "5.0,3.5,virginica\n4.0,3.0,setosa\n6.0,2.5,virginica\n";
  const auto read = read_csv_classes(file);
  ASSERT_TRUE(read) << read.error().what();
  EXPECT_EQ(read->classes, (std::vector<std::string>{"setosa", "virginica"}));
  EXPECT_EQ(std::get<Tensor<std::int64_t>>(read->data.at(2)->y)[0], 1);
  EXPECT_EQ(shape_of(read->data.at(0)->x), Shape{2});
  const auto as_met = read_csv_classes(file, {}, {.order = TableOptions::Order::appearance});
  EXPECT_EQ(as_met->classes, (std::vector<std::string>{"virginica", "setosa"}));
  EXPECT_EQ(error_of(read_csv_classes(file, {.targets = {1, 2}})),
            file.string() + ": found 2 columns of labels, expected one");
  std::filesystem::remove(file);
}

TEST(Tables, PairsOfNpyFiles) {
  const auto folder = std::filesystem::temp_directory_path() / ("plumbline-npy-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const AnyTensor& x) {
    std::ofstream(folder / name, std::ios::binary) << print_npy(x);
    return (folder / name).string();
  };
  const std::string x = write("x.npy", counted({2, 3})), y = write("y.npy", Tensor<std::int64_t>({2}, {1, 4}));
  const auto data = read_npy_pair(x, y, 5);
  ASSERT_TRUE(data) << data.error().what();
  EXPECT_EQ(std::get<Tensor<float>>(data->at(1)->x)[2], 5.0F);
  EXPECT_EQ(error_of(read_npy_pair(x, y, 4)), y + ": row 1: found label 4, expected 0 to 3");
  EXPECT_EQ(error_of(read_npy_pair(x, write("z.npy", counted({3})))),
            x + " and " + (folder / "z.npy").string() + ": data set: found 2 rows of x and 3 of y, expected as many");
  std::filesystem::remove_all(folder);
}

TEST(Casts, RoundOnceAndRefuseFractions) {
  const auto half = *cast(Tensor<double>({2}, {1 + 0x1p-11, 1 + 0x1p-11 + 0x1p-40}), DType::f16);
  EXPECT_EQ(std::get<Tensor<Half>>(half)[0].bits, 0x3c00);
  EXPECT_EQ(std::get<Tensor<Half>>(half)[1].bits, 0x3c01);
  EXPECT_EQ(std::get<Tensor<std::int64_t>>(*cast(counted({3}), DType::i64))[2], 2);
  EXPECT_EQ(error_of(cast(Tensor<float>({1}, {0.5F}), DType::i64)), "tensor: row 0: found 0.5, expected an integer");
}

}  // namespace
}  // namespace plumbline::runtime::data
