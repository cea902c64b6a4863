#include <algorithm>

#include "common/json.h"
#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

std::vector<std::string> UserNames() {
  std::vector<std::string> names;
  for (const ReducerDescription& reducer : UserReducers()) names.push_back(reducer.name);
  return names;
}

TEST(Registry, ListsTheReducersThatAJobFileMayNameInOrder) {
  const std::vector<std::string> names = UserNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const char* name :
       {"classification_report", "concat", "count", "max", "mean", "min", "sum", "vote", "weighted_mean"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
  EXPECT_THAT(names, testing::Not(testing::Contains("single")));
}

TEST(Registry, EveryUserReducerIsMadeAndSaysWhatItDoes) {
  for (const ReducerDescription& reducer : UserReducers()) {
    const Json parameters = reducer.name == "weighted_mean" ? Json{{"weight", "w"}} : Json::object();
    EXPECT_TRUE(MakeReducer(reducer.name, parameters).ok()) << reducer.name;
    EXPECT_TRUE(MakeRowReducer(reducer.name, parameters).ok()) << reducer.name;
    EXPECT_FALSE(reducer.summary.empty() || reducer.bound.empty()) << reducer.name;
  }
}

TEST(Registry, UnknownNameSuggestsTheNearest) {
  const absl::Status status = MakeReducer("concta", Json::object()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("did you mean \"concat\"?"));
}

TEST(Registry, WrongParametersNameTheReducerAndTheParameter) {
  EXPECT_THAT(MakeReducer("vote", {{"colum", "a"}}).status(), Says("did you mean \"column\"?"));
  EXPECT_THAT(MakeReducer("vote", {{"column", 3}}).status(), Says("reducer \"vote\": column"));
  EXPECT_THAT(MakeReducer("weighted_mean", Json::object()).status(), Says("weight"));
  EXPECT_THAT(MakeReducer("weighted_mean", {{"weight", ""}}).status(), Says("weight"));
  EXPECT_THAT(MakeReducer("sum", {{"weight", "w"}}).status(), Says("weight"));
}

TEST(Registry, ParametersMayBeNull) { EXPECT_TRUE(MakeReducer("sum", Json()).ok()); }

TEST(Registry, ReducersThatTakeNoRowsAreNotRowReducers) {
  EXPECT_THAT(MakeRowReducer("single", Json::object()).status(), Says("does not take rows"));
}

}  // namespace
}  // namespace mote
