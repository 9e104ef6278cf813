import Testing

/// A type with literals that a column stores unchanged, and others that would lose information.
struct LiteralCase: Sendable, CustomTestStringConvertible {
  let type: String
  let kept: [String]
  let refused: [String]

  var testDescription: String { type }

  init(_ type: String, kept: [String], refused: [String]) {
    self.type = type
    self.kept = kept
    self.refused = refused
  }

  static let setup = """
    CREATE DOMAIN cents AS numeric(10,2);
    CREATE DOMAIN fees AS cents;
    CREATE DOMAIN shifts AS time(0)[];
    CREATE TYPE dayspan AS RANGE (subtype = time);
    CREATE TYPE place AS (d date, n numeric(4,1), label text);
    CREATE DOMAIN spot AS place;
    CREATE TYPE trip AS (home spot, stops place[], fees numeric(3,1)[], nights daterange, at cents);
    CREATE DOMAIN trips AS trip[];
    CREATE TYPE placespan AS RANGE (subtype = place);
    CREATE TABLE shape (gone int, raw bytea, "cut at" timestamp(0));
    ALTER TABLE shape DROP gone;
    """

  static let all: [LiteralCase] = [
    .init(
      "date",
      kept: [
        "2019-01-13", "2019-11-07T00:00:00.000Z", "20190113", "Jan 13 2019", "13-Jan-2019", "January 8, 1999",
        "infinity", "-infinity", "epoch", "2019/01/13", "J2451187", "2019-01-13 12:00:00 AM", "0044-03-15 BC",
      ],
      refused: [
        "2019-11-07T23:00:00.000Z", "13/01/19", "4/23/20", "12-11-10", "01/02/2019", "190113", "1.2.2019",
        "2019-01-13 12:00 PM", "NOW", "today", "Tomorrow", "yesterday", "01 02 2019", "20190113T230000",
        "13-Jan-19", "5 Jan 20", "Jan 13 19",
      ]),
    .init(
      "timestamp",
      kept: [
        "2019-01-13 04:05:06.123456", "2019-01-13T04:05:06.1234560", "2019-01-13", "Jan 13 2019 4:05 PM",
      ],
      refused: [
        "2019-01-13 04:05:06+02", "2019-01-13T04:05:06Z", "2019-01-13 04:05 Europe/Oslo",
        "2019-01-13 04:05 PST",
        "2019-01-13 04:05:06.1234567", "now", "01/02/2019 04:05", "2016-12-31 23:59:60",
      ]),
    .init(
      "timestamp(3)", kept: ["2019-01-13 04:05:06.123", "2019-01-13 04:05:06.1230"],
      refused: ["2019-01-13 04:05:06.1234", "2019-01-13T04:05:06.123Z"]),
    .init(
      "timestamptz",
      kept: [
        "2019-01-13T04:05:06.123456+02:00", "2019-01-13 04:05 America/New_York", "20190113T040506Z", "epoch",
        "2019-01-13 04:05 UTC", "2019-01-13 04:05 EST5EDT", "2019-01-13 04:05 Etc/GMT+2",
        "2019-01-13 04:05 GMT+0",
        "2019-01-13 04:05:59+02",
      ],
      refused: [
        "2019-01-13T04:05:06.1234567Z", "now", "yesterday", "12/11/10 04:05Z", "20190113T040506.1234567Z",
        "2019-01-13 04:05 GMT+2", "2019-01-13 04:05 utc-3", "2019-01-13T04:05Z+2",
        "2019-01-13 04:05 UTC+05:30",
        "2019-01-13 04:05 EST5", "2019-01-13 04:05 EST-5EDT", "2016-12-31T23:59:60Z", "20161231T235960Z",
      ]),
    .init(
      "time", kept: ["04:05:06.789", "04:05 AM", "040506", "allballs"],
      refused: [
        "04:05:06+02", "04:05:06Z", "2019-01-13 04:05:06", "04:05:06.1234567", "now", "040506.1234567",
        "23:59:60", "235960", "04:05:60 PM",
      ]),
    .init("time without time zone", kept: ["04:05"], refused: ["Jan 13 2019 04:05", "13-Jan-2019 04:05:06"]),
    .init("time(0)", kept: ["04:05:06", "04:05:06.000"], refused: ["04:05:06.5"]),
    .init(
      "timetz", kept: ["04:05:06.789+02", "04:05:06Z"],
      refused: ["04:05:06.1234567+02", "now", "2019-01-13 04:05:06+02", "04:05 GMT+2"]),
    .init(
      "interval",
      kept: [
        "1.5 days", "1 year 2 mons -3 days 04:05:06.789", "P1Y2M3DT4H5M6.7S", "@ 1 hour ago", "0.1 mons",
        "1-2",
        "0.125 s", "1 04:05:06", "P0001-02-03T04:05:06", "0.5 years",
      ],
      refused: [
        "1.0000001 s", "0.3333333333 minutes", "04:05:06.1234567", "PT0.0000001S", "0.1 years", "1.5 us",
      ]),
    .init("interval(2)", kept: ["0.12 s"], refused: ["0.125 s", "04:05:06.789"]),
    .init(
      "interval day to second(0)", kept: ["1 day 04:05:06"], refused: ["1 day 04:05:06.5"]),
    .init("interval hour", kept: ["2 hours", "120 minutes"], refused: ["90 minutes", "1:30:00"]),
    .init(
      "interval year to month", kept: ["1 year 2 months", "1-2"], refused: ["1 year 2 days", "2 hours"]),
    .init("interval day", kept: ["5 days"], refused: ["36 hours", "1.5 days"]),
    .init(
      "numeric(10,2)", kept: ["1.50", "1.500", "15e-1", "NaN", "1e3"], refused: ["1.505", "1505e-3", "1e-3"]),
    .init("fees", kept: ["1.50"], refused: ["1.505"]),
    .init("numeric(5,-2)", kept: ["1200", "1.2e3"], refused: ["1250", "12.5e2"]),
    .init(
      "money", kept: ["12.50", "$1,234.50", "1234.500", "-1,234,567.00", ".50", "($5.00)"],
      refused: ["12,50", "1199,00", "12.505", "1,23,456.00"]),
    .init(
      "bytea", kept: [#"\x1f8b"#, #"a\\b"#, #"\001"#, #"\x"#], refused: ["aGVsbG8=", "hello", "1f8b"]),
    .init(
      "double precision",
      kept: [
        "9007199254740992", "0.1", "1e300", "9007199254740994", "NaN", "-Infinity", "6.02214076e23",
        "90071992547409920e-1", "5.2818775009509555e+28", "0.12345678901234567890", "0x20000000000002",
        "0x1.8p3",
      ],
      refused: [
        "9007199254740993", "-9007199254740993.0", "123456789012345678901234567890", "9.007199254740993e15",
        " +90071992547409930e-1 ", "9007199254740993.5", "0x20000000000001", "-0X1.00000000000008P60",
        "900719925474099300E-2",
      ]),
    .init(
      "real", kept: ["16777216", "0.1", "3e30", "1.6777216e7", "0x1000002", "16777218"],
      refused: ["16777217", "123456789", "1.6777217e7", "167772170e-1", "0x1000001"]),
    .init(
      "numeric(3,-2)", kept: ["0x64", "0b1_1001000"], refused: ["0x65", "0o1_45", "0b1100101", "165e-1"]),
    .init("float4[]", kept: ["{1.6777216e7}"], refused: ["{0.5,1.6777217e7}"]),
    .init(
      "point", kept: ["(9007199254740992,0.1)", "1e3, -2"],
      refused: ["(9007199254740993,0)", "0,9.007199254740993e15", "( 1 , 0x20000000000001 )"]),
    .init("lseg", kept: ["[(0,0),(1,1)]"], refused: ["[(0,0),(9007199254740993,1)]"]),
    .init("box", kept: ["(1,1),(0,0)"], refused: ["((9007199254740993,1),(0,0))"]),
    .init("path", kept: ["[(0,0),(1,1),(2,0)]"], refused: ["((0,0),(1,1),(2,9007199254740993))"]),
    .init("polygon", kept: ["((0,0),(1,1),(2,0))"], refused: ["((0,0),(1,1),(2,-9007199254740993))"]),
    .init("line", kept: ["{1,-1,0}"], refused: ["{1,-1,9007199254740993}"]),
    .init("circle", kept: ["<(0,0),1.5>"], refused: ["<(0,0),9007199254740993>"]),
    .init(
      "box[]", kept: ["{(1,1),(0,0);(2,2),(1,1)}"], refused: ["{(1,1),(0,0);(9007199254740993,2),(1,1)}"]),
    .init("oid", kept: ["0", "4294967295", "0x10", " 17 "], refused: ["-1", "010", " -17", "+007"]),
    .init("xid", kept: ["3"], refused: ["-1", "010"]),
    .init("xid8", kept: ["18446744073709551615"], refused: ["-1", "010"]),
    .init("tid", kept: ["(0,1)"], refused: ["(-1,1)"]),
    .init(
      "cidr", kept: ["10.0.0.0/8", "10.0.0.0", "::/0", "2001:db8::/32"],
      refused: ["10", "192.168", "192.168/16", "0x0a000000"]),
    .init(
      "inet", kept: ["10.0.0.1/8", "10.0.0.1", "::1", "::ffff:10.0.0.1"],
      refused: ["10/8", "192.168/16", "10.1.2/24"]),
    .init("varchar(3)", kept: ["abc", "ab "], refused: ["abc ", "ab    "]),
    .init("name", kept: ["short"], refused: [String(repeating: "n", count: 64)]),
    .init(#""char""#, kept: ["a"], refused: ["ab"]),
    .init(
      "date[]", kept: ["{2019-01-13,NULL}", #"{{"2019-01-13"},{2019-01-14}}"#, "{}"],
      refused: ["{2019-01-13,today}", #"{"2019-01-13 01:00"}"#, "{13/01/19}"]),
    .init("numeric(3,1)[]", kept: ["{1.2,3}", "[0:1]={1.20,2}"], refused: ["{1.25}", "{{1.2},{1.23}}"]),
    .init("cents[]", kept: ["{1.25}"], refused: ["{1.255}"]),
    .init("shifts", kept: ["{04:05:06}"], refused: ["{04:05:06.5}", "{04:05:06+02}"]),
    .init("varchar(3)[]", kept: [#"{"ab ",abc}"#], refused: [#"{"abc "}"#]),
    .init(
      "daterange", kept: ["[2019-01-13,2019-01-15)", "empty", "(,2019-01-13]", #"["2019-01-13",infinity)"#],
      refused: ["[today,)", "[2019-01-13,13/01/19)", #"["2019-01-13 01:00",)"#]),
    .init(
      "tsrange", kept: ["[2019-01-13 04:05,2019-01-13 05:00)"],
      refused: ["[2019-01-13 04:05+02,)", "[2019-01-13 04:05:06.1234567,)"]),
    .init(
      "tstzmultirange", kept: ["{[2019-01-13Z,2019-01-14Z)}", "{}"],
      refused: ["{[now,)}", "{[2019-01-13Z,),[01/02/2030,)}"]),
    .init(
      "dayspan[]", kept: [#"{"[04:05,05:06)"}"#],
      refused: [#"{"[04:05,05:06+02)"}"#, #"{"[04:05:00.1234567,06:00)"}"#]),
    .init(
      "place",
      kept: [
        "(2020-01-01,1.5,1.55)", #" ( 2020-01-01 ,1.50,"a,b ""c"" \"d\" (e)") "#, "(,,)",
        #"("2020-01-01 00:00",1\.5,"""2020-01-01 10:00,1.55""")"#,
      ],
      refused: [
        "(2020-01-01 10:00,1.5,x)", "(2020-01-01,1.55,x)", #"("today",,)"#, #"(,"1\.55",)"#,
        #"("2020""""-01-01 10:00",,)"#, " (,1.55,) ",
      ]),
    .init("spot", kept: ["(2020-01-01,1.5,)"], refused: ["(13/01/19,1.5,)", "(,1.55,)"]),
    .init(
      "place[]", kept: [#"{"(2020-01-01,1.5,\"a,b\")",NULL,"(,,)"}"#],
      refused: [#"{"(2020-01-01,1.5,)","(2020-01-01,1.55,)"}"#, #"{{"(now,,)"}}"#]),
    .init(
      "trip",
      kept: [
        #"("(2020-01-01,1.5,""a,b"")","{""(2020-01-01,1.5,)""}","{1.5,NULL}","[2020-01-01,2020-01-03)",1.25)"#,
        "(,,,,)",
      ],
      refused: [
        #"("(,1.55,)",,,,)"#, #"(,"{""(2020-01-01 10:00,,)""}",,,)"#, #"(,,"{1.5,1.55}",,)"#,
        #"(,,,"[today,2030-01-03)",)"#, "(,,,,1.255)",
      ]),
    .init(
      "trips", kept: [#"{"(\"(2020-01-01,1.5,)\",,{1.5},,)"}"#],
      refused: [#"{"(\"(2020-01-01,1.55,)\",,,,)"}"#, #"{"(,,{1.55},,)"}"#, #"{"(,,,,1.255)"}"#]),
    .init(
      "placespan", kept: [#"["(2020-01-01,1.5,)","(2020-01-02,1.5,)")"#],
      refused: [#"["(2020-01-01 10:00,1.5,)",)"#, #"(,"(2020-01-01,1.55,)"]"#]),
    .init(
      "shape", kept: [#"("\\x1f","2020-01-01 10:00:01")"#],
      refused: ["(aGVsbG8=,)", #"(,"2020-01-01 10:00:01.5")"#]),
  ]
}
