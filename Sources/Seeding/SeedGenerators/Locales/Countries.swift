/// Countries with their codes of ISO 3166-1 and their names.
enum Countries {
  static let iso2 = WordList(rows.map { $0[0] })
  static let iso3 = WordList(rows.map { $0[1] })

  /// The names in a language.
  static func names(_ locale: GeneratorLocale) -> WordList {
    let column = (GeneratorLocale.allCases.firstIndex(of: locale) ?? 0) + 2
    return WordList(rows.map { $0[column] })
  }

  private static let rows = table.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }

  private static let table = """
    AR|ARG|Argentina|Argentinien|Argentine|Argentina|アルゼンチン
    AT|AUT|Austria|Österreich|Autriche|Austria|オーストリア
    AU|AUS|Australia|Australien|Australie|Australia|オーストラリア
    BD|BGD|Bangladesh|Bangladesch|Bangladesh|Bangladés|バングラデシュ
    BE|BEL|Belgium|Belgien|Belgique|Bélgica|ベルギー
    BG|BGR|Bulgaria|Bulgarien|Bulgarie|Bulgaria|ブルガリア
    BO|BOL|Bolivia|Bolivien|Bolivie|Bolivia|ボリビア
    BR|BRA|Brazil|Brasilien|Brésil|Brasil|ブラジル
    CA|CAN|Canada|Kanada|Canada|Canadá|カナダ
    CH|CHE|Switzerland|Schweiz|Suisse|Suiza|スイス
    CL|CHL|Chile|Chile|Chili|Chile|チリ
    CM|CMR|Cameroon|Kamerun|Cameroun|Camerún|カメルーン
    CN|CHN|China|China|Chine|China|中国
    CO|COL|Colombia|Kolumbien|Colombie|Colombia|コロンビア
    CR|CRI|Costa Rica|Costa Rica|Costa Rica|Costa Rica|コスタリカ
    CU|CUB|Cuba|Kuba|Cuba|Cuba|キューバ
    CY|CYP|Cyprus|Zypern|Chypre|Chipre|キプロス
    CZ|CZE|Czechia|Tschechien|Tchéquie|Chequia|チェコ
    DE|DEU|Germany|Deutschland|Allemagne|Alemania|ドイツ
    DK|DNK|Denmark|Dänemark|Danemark|Dinamarca|デンマーク
    DZ|DZA|Algeria|Algerien|Algérie|Argelia|アルジェリア
    EC|ECU|Ecuador|Ecuador|Équateur|Ecuador|エクアドル
    EE|EST|Estonia|Estland|Estonie|Estonia|エストニア
    EG|EGY|Egypt|Ägypten|Égypte|Egipto|エジプト
    ES|ESP|Spain|Spanien|Espagne|España|スペイン
    ET|ETH|Ethiopia|Äthiopien|Éthiopie|Etiopía|エチオピア
    FI|FIN|Finland|Finnland|Finlande|Finlandia|フィンランド
    FR|FRA|France|Frankreich|France|Francia|フランス
    GB|GBR|United Kingdom|Vereinigtes Königreich|Royaume-Uni|Reino Unido|イギリス
    GH|GHA|Ghana|Ghana|Ghana|Ghana|ガーナ
    GR|GRC|Greece|Griechenland|Grèce|Grecia|ギリシャ
    GT|GTM|Guatemala|Guatemala|Guatemala|Guatemala|グアテマラ
    HR|HRV|Croatia|Kroatien|Croatie|Croacia|クロアチア
    HU|HUN|Hungary|Ungarn|Hongrie|Hungría|ハンガリー
    ID|IDN|Indonesia|Indonesien|Indonésie|Indonesia|インドネシア
    IE|IRL|Ireland|Irland|Irlande|Irlanda|アイルランド
    IL|ISR|Israel|Israel|Israël|Israel|イスラエル
    IN|IND|India|Indien|Inde|India|インド
    IS|ISL|Iceland|Island|Islande|Islandia|アイスランド
    IT|ITA|Italy|Italien|Italie|Italia|イタリア
    JM|JAM|Jamaica|Jamaika|Jamaïque|Jamaica|ジャマイカ
    JO|JOR|Jordan|Jordanien|Jordanie|Jordania|ヨルダン
    JP|JPN|Japan|Japan|Japon|Japón|日本
    KE|KEN|Kenya|Kenia|Kenya|Kenia|ケニア
    KR|KOR|South Korea|Südkorea|Corée du Sud|Corea del Sur|韓国
    KZ|KAZ|Kazakhstan|Kasachstan|Kazakhstan|Kazajistán|カザフスタン
    LT|LTU|Lithuania|Litauen|Lituanie|Lituania|リトアニア
    LU|LUX|Luxembourg|Luxemburg|Luxembourg|Luxemburgo|ルクセンブルク
    LV|LVA|Latvia|Lettland|Lettonie|Letonia|ラトビア
    MA|MAR|Morocco|Marokko|Maroc|Marruecos|モロッコ
    MT|MLT|Malta|Malta|Malte|Malta|マルタ
    MX|MEX|Mexico|Mexiko|Mexique|México|メキシコ
    MY|MYS|Malaysia|Malaysia|Malaisie|Malasia|マレーシア
    NG|NGA|Nigeria|Nigeria|Nigéria|Nigeria|ナイジェリア
    NL|NLD|Netherlands|Niederlande|Pays-Bas|Países Bajos|オランダ
    NO|NOR|Norway|Norwegen|Norvège|Noruega|ノルウェー
    NP|NPL|Nepal|Nepal|Népal|Nepal|ネパール
    NZ|NZL|New Zealand|Neuseeland|Nouvelle-Zélande|Nueva Zelanda|ニュージーランド
    PE|PER|Peru|Peru|Pérou|Perú|ペルー
    PH|PHL|Philippines|Philippinen|Philippines|Filipinas|フィリピン
    PK|PAK|Pakistan|Pakistan|Pakistan|Pakistán|パキスタン
    PL|POL|Poland|Polen|Pologne|Polonia|ポーランド
    PT|PRT|Portugal|Portugal|Portugal|Portugal|ポルトガル
    PY|PRY|Paraguay|Paraguay|Paraguay|Paraguay|パラグアイ
    RO|ROU|Romania|Rumänien|Roumanie|Rumanía|ルーマニア
    RS|SRB|Serbia|Serbien|Serbie|Serbia|セルビア
    SE|SWE|Sweden|Schweden|Suède|Suecia|スウェーデン
    SG|SGP|Singapore|Singapur|Singapour|Singapur|シンガポール
    SI|SVN|Slovenia|Slowenien|Slovénie|Eslovenia|スロベニア
    SK|SVK|Slovakia|Slowakei|Slovaquie|Eslovaquia|スロバキア
    SN|SEN|Senegal|Senegal|Sénégal|Senegal|セネガル
    TH|THA|Thailand|Thailand|Thaïlande|Tailandia|タイ
    TN|TUN|Tunisia|Tunesien|Tunisie|Túnez|チュニジア
    TR|TUR|Turkey|Türkei|Turquie|Turquía|トルコ
    TZ|TZA|Tanzania|Tansania|Tanzanie|Tanzania|タンザニア
    UA|UKR|Ukraine|Ukraine|Ukraine|Ucrania|ウクライナ
    US|USA|United States|Vereinigte Staaten|États-Unis|Estados Unidos|アメリカ合衆国
    UY|URY|Uruguay|Uruguay|Uruguay|Uruguay|ウルグアイ
    VN|VNM|Vietnam|Vietnam|Viêt Nam|Vietnam|ベトナム
    ZA|ZAF|South Africa|Südafrika|Afrique du Sud|Sudáfrica|南アフリカ
    ZM|ZMB|Zambia|Sambia|Zambie|Zambia|ザンビア
    """
}
