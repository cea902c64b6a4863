#include "common/reducers/gradient_sum.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "common/json.h"
#include "tests/testing/in_process.h"

namespace mote {
namespace {

std::vector<float> Values(const std::string& partial) {
  const GradientSums sums = DecodeGradients(partial).value();
  std::vector<float> values(sums.count());
  std::memcpy(values.data(), sums.values.data(), sums.values.size());
  return values;
}

std::string Partial(int64_t rows, double loss, const std::vector<float>& gradients) {
  return EncodeGradients(rows, loss, gradients.data(), static_cast<int64_t>(gradients.size()));
}

TEST(GradientSum, RowsLossAndGradientsAreAddedLeftToRight) {
  testing::MemoryContext blobs;
  const auto reducer = MakeReducer("gradient_sum", Json::object()).value();
  std::string left = Partial(3, 1.5, {1.0F, 1e8F});
  ASSERT_TRUE(reducer->Combine(left, Partial(2, 0.25, {0.5F, 1.0F}), blobs).ok());

  const GradientSums sums = DecodeGradients(left).value();
  EXPECT_EQ(sums.rows, 5);
  EXPECT_EQ(sums.loss, 1.75);
  EXPECT_EQ(Values(left), (std::vector<float>{1.5F, 1e8F}));  // in 32 bits
}

TEST(GradientSum, PartialsOfOtherModelsAndTornOnesAreRefused) {
  testing::MemoryContext blobs;
  const auto reducer = MakeReducer("gradient_sum", Json::object()).value();
  std::string left = Partial(1, 0, {1.0F});
  EXPECT_EQ(reducer->Combine(left, Partial(1, 0, {1.0F, 2.0F}), blobs).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(reducer->Combine(left, Partial(INT64_MAX, 0, {1.0F}), blobs).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(reducer->Validate(Partial(0, 0, {1.0F})).ok());
  EXPECT_FALSE(reducer->Validate(left.substr(0, 7)).ok());
  EXPECT_FALSE(reducer->Validate(left.substr(0, left.size() - 1)).ok());
  EXPECT_TRUE(reducer->Validate(left).ok());
}

// Of one state alone the mean is that state, whatever its rows.
TEST(StateSum, TheMeanOfOneStateIsThatState) {
  const std::vector<float> weights = {0.1F, 3.3333333e-9F, -7e20F};
  for (const int64_t rows : {1, 3, 7, 1'000'003}) {
    std::vector<double> sums;
    for (const float weight : weights) sums.push_back(static_cast<double>(rows) * static_cast<double>(weight));
    const std::string partial = EncodeStates(rows, 0.5, sums.data(), static_cast<int64_t>(sums.size()));
    const StateSums decoded = DecodeStates(partial).value();
    EXPECT_EQ(decoded.rows, rows);
    ASSERT_EQ(decoded.count(), 3);
    for (size_t i = 0; i < weights.size(); ++i) {
      double sum = 0;
      std::memcpy(&sum, decoded.values.data() + i * sizeof(double), sizeof(double));
      EXPECT_EQ(static_cast<float>(sum / static_cast<double>(rows)), weights[i]);
    }
  }
}

TEST(StateSum, StatesAreAddedIn64BitsAndTornOnesRefused) {
  testing::MemoryContext blobs;
  const auto reducer = MakeReducer("state_sum", Json::object()).value();
  const double a[] = {1e8, 2.0}, b[] = {1e-6, 0.5};
  std::string left = EncodeStates(3, 1.5, a, 2);
  ASSERT_TRUE(reducer->Combine(left, EncodeStates(2, 0.25, b, 2), blobs).ok());
  const StateSums sums = DecodeStates(left).value();
  EXPECT_EQ(sums.rows, 5);
  EXPECT_EQ(sums.loss, 1.75);
  double first = 0;
  std::memcpy(&first, sums.values.data(), sizeof(first));
  EXPECT_EQ(first, 1e8 + 1e-6);
  EXPECT_EQ(reducer->Combine(left, EncodeStates(1, 0, a, 1), blobs).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(reducer->Validate(left.substr(0, left.size() - 4)).ok()) << "half a number";
  EXPECT_FALSE(reducer->Validate(EncodeStates(0, 0, a, 2)).ok());
}

TEST(GradientSum, JobFilesCannotNameIt) {
  for (const ReducerDescription& reducer : UserReducers()) {
    EXPECT_NE(reducer.name, "gradient_sum");
    EXPECT_NE(reducer.name, "state_sum");
  }
}

}  // namespace
}  // namespace mote
