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
  std::memcpy(values.data(), sums.gradients.data(), sums.gradients.size());
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

TEST(GradientSum, JobFilesCannotNameIt) {
  for (const ReducerDescription& reducer : UserReducers()) EXPECT_NE(reducer.name, "gradient_sum");
}

}  // namespace
}  // namespace mote
