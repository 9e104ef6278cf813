/// Lists that are the same in every language.
enum CommonLists {
  /// The domains that RFC 2606 reserves for examples.
  static let domains = WordList("example.com,example.org,example.net")

  /// The codes of ISO 4217.
  static let currencies = WordList(
    """
    AED,ARS,AUD,BOB,BRL,CAD,CHF,CLP,CNY,COP,CRC,CZK,DKK,EGP,EUR,GBP,HKD,HUF,IDR,ILS,INR,ISK,JPY,KES,KRW,MAD,MXN,MYR,NGN,NOK
    NZD,PEN,PHP,PKR,PLN,RON,RSD,SAR,SEK,SGD,THB,TND,TRY,TWD,TZS,UAH,USD,UYU,VND,ZAR
    """)

  /// Names of product series.
  static let series = WordList(
    """
    Alpha,Aurora,Atlas,Basic,Boreal,Classic,Comet,Delta,Eco,Flex,Gamma,Helix,Ion,Jade,Kappa,Lite,Luna,Max,Mini,Mono
    Neo,Nova,Omega,Onyx,Orbit,Pixel,Plus,Prime,Pro,Quartz,Rapid,Sigma,Solar,Sonic,Terra,Titan,Ultra,Vector,Vega,Zenith
    """)

  static let extensions = WordList("pdf,txt,csv,docx,xlsx,pptx,png,jpg,svg,zip,json,md")

  /// Code blocks for Markdown, each with its language.
  static let code: [StaticString] = [
    "```sql\nSELECT count(*) FROM orders WHERE placed_at >= now() - interval '1 day';\n```",
    "```python\ntotals = {}\nfor item in items:\n    totals[item.name] = totals.get(item.name, 0) + item.price\n```",
    "```sh\ncurl --fail --silent https://example.com/health | jq .status\n```",
    "```swift\nlet sorted = rows.sorted { $0.priority > $1.priority }\nprint(sorted.prefix(10))\n```",
    "```json\n{\"name\": \"example\", \"enabled\": true, \"retries\": 3}\n```",
    "```javascript\nconst active = users.filter((user) => user.active);\nconsole.log(active.length);\n```",
  ]

  /// User agents. `#` is a version.
  static let userAgents = WordPattern.read(
    """
    Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36
    Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36
    Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36
    Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Mobile Safari/537.36
    Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/#.0
    Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/#.0
    Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36 Edg/#.0
    curl/8.#.0
    """)
}
