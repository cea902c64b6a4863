#include "common/digest.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

// FIPS 180-4 examples.
constexpr char kEmptyHex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbcHex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(Sha256("").Hex(), kEmptyHex);
  EXPECT_EQ(Sha256("abc").Hex(), kAbcHex);
}

TEST(Digest, StreamOfPiecesEqualsTheWhole) {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("");
  stream.Update("bc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

TEST(Digest, HexAndRawAreReadBack) {
  const Digest digest = Sha256("abc");
  EXPECT_EQ(*Digest::FromHex(digest.Hex()), digest);
  EXPECT_EQ(*Digest::FromRaw(digest.Raw()), digest);
}

TEST(Digest, OtherLengthsAndLettersAreInvalid) {
  const std::string hex = kAbcHex;
  EXPECT_EQ(Digest::FromHex(hex.substr(1)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Digest::FromHex(hex + "0").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Digest::FromHex("g" + hex.substr(1)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Digest::FromRaw("short").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mote
