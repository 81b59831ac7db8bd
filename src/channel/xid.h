// Who chooses the transaction ids (xids) of what is sent to a switch, so that an answer or an error finds the one who waits for it.
// Constants.
#pragma once

#include <cstdint>

namespace dcportals::channel {

// Up to this one, and from 1: ExchangeTable's, one table a connection.
inline constexpr std::uint32_t kLastExchangeXid = 0x7fff'ffff;
// Of messages that a PacketHandler has encoded itself. (Or 0. An exchange's id would take that exchange's answer away.)
inline constexpr std::uint32_t kFirstOutletXid = 0x8000'0000;
inline constexpr std::uint32_t kLastOutletXid = 0xbfff'ffff;
// Of what Pool::send() sends, for one switch or another.
inline constexpr std::uint32_t kFirstPoolXid = 0xc000'0000;
inline constexpr std::uint32_t kLastPoolXid = 0xffff'ffff;

}  // namespace dcportals::channel
