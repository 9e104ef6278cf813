extension LocaleData {
  static let ja = LocaleData(
    .ja, firstNames: JapaneseLists.firstNames, lastNames: JapaneseLists.lastNames,
    cities: JapaneseLists.cities,
    streets: JapaneseLists.streets, regions: JapaneseLists.regions, words: JapaneseWords.words,
    products: JapaneseWords.products, colors: JapaneseWords.colors, companies: JapaneseWords.companies,
    sentences: JapaneseWords.sentences, headings: JapaneseWords.headings)
}

/// Japanese names and places of Japan, with their romanization.
enum JapaneseLists {
  /// The romanization of names, places and words.
  static let romanized = Dictionary(
    [firstNames, lastNames, cities, JapaneseWords.words].flatMap(NameList.romanized),
    uniquingKeysWith: { first, _ in first })

  static let firstNames = """
    太郎=Taro,花子=Hanako,翔太=Shota,美咲=Misaki,健太=Kenta,陽菜=Hina,大輔=Daisuke,さくら=Sakura,拓也=Takuya,葵=Aoi
    直樹=Naoki,結衣=Yui,和也=Kazuya,彩=Aya,達也=Tatsuya,愛=Ai,翼=Tsubasa,舞=Mai,誠=Makoto,恵=Megumi,学=Manabu
    裕子=Yuko,健一=Kenichi,真由美=Mayumi,浩=Hiroshi,久美子=Kumiko,隆=Takashi,智子=Tomoko,豊=Yutaka,由美子=Yumiko
    茂=Shigeru,京子=Kyoko,博=Hiroshi,恵子=Keiko,明=Akira,洋子=Yoko,清=Kiyoshi,和子=Kazuko,正=Tadashi,幸子=Sachiko
    勇=Isamu,節子=Setsuko,実=Minoru,千代子=Chiyoko,進=Susumu,文子=Fumiko,弘=Hiroshi,君子=Kimiko,勝=Masaru,静子=Shizuko
    蓮=Ren,凛=Rin,悠斗=Yuto,結菜=Yuna,湊=Minato,芽依=Mei,大翔=Hiroto,莉子=Riko,陽翔=Haruto,美月=Mizuki,颯太=Sota
    杏=An,蒼=So,紬=Tsumugi,樹=Itsuki,澪=Mio,朝陽=Asahi,咲良=Sara,律=Ritsu,心春=Koharu,悠真=Yuma,楓=Kaede,陸=Riku
    千尋=Chihiro,海斗=Kaito,七海=Nanami,亮=Ryo,明日香=Asuka,剛=Tsuyoshi,里奈=Rina,聡=Satoshi,麻衣=Maiko,徹=Toru
    友美=Tomomi,修=Osamu,直美=Naomi,稔=Minoru,典子=Noriko,昇=Noboru,美穂=Miho,淳=Jun,真理=Mari,仁=Jin,沙織=Saori
    光=Hikaru,奈々=Nana,新=Arata,琴音=Kotone,圭=Kei,百合子=Yuriko,武=Takeshi,理恵=Rie,慎=Shin,貴子=Takako,昭=Akira
    早紀=Saki,渉=Wataru,綾香=Ayaka,守=Mamoru,桃子=Momoko,春樹=Haruki,香織=Kaori,秀樹=Hideki,瞳=Hitomi
    """

  static let lastNames = """
    佐藤=Sato,鈴木=Suzuki,高橋=Takahashi,田中=Tanaka,伊藤=Ito,渡辺=Watanabe,山本=Yamamoto,中村=Nakamura,小林=Kobayashi
    加藤=Kato,吉田=Yoshida,山田=Yamada,佐々木=Sasaki,山口=Yamaguchi,松本=Matsumoto,井上=Inoue,木村=Kimura,林=Hayashi
    斎藤=Saito,清水=Shimizu,山崎=Yamazaki,森=Mori,池田=Ikeda,橋本=Hashimoto,阿部=Abe,石川=Ishikawa,山下=Yamashita
    中島=Nakajima,石井=Ishii,小川=Ogawa,前田=Maeda,岡田=Okada,長谷川=Hasegawa,藤田=Fujita,後藤=Goto,近藤=Kondo
    村上=Murakami,遠藤=Endo,青木=Aoki,坂本=Sakamoto,福田=Fukuda,太田=Ota,西村=Nishimura,藤井=Fujii,金子=Kaneko
    岡本=Okamoto,藤原=Fujiwara,中野=Nakano,三浦=Miura,原田=Harada,中川=Nakagawa,松田=Matsuda,竹内=Takeuchi,小野=Ono
    田村=Tamura,中山=Nakayama,和田=Wada,石田=Ishida,森田=Morita,上田=Ueda,原=Hara,内田=Uchida,柴田=Shibata,酒井=Sakai
    宮崎=Miyazaki,横山=Yokoyama,高木=Takagi,安藤=Ando,宮本=Miyamoto,大野=Ohno,小島=Kojima,谷口=Taniguchi,工藤=Kudo
    今井=Imai,高田=Takada,増田=Masuda,丸山=Maruyama,杉山=Sugiyama,村田=Murata,大塚=Otsuka,新井=Arai,小山=Koyama
    平野=Hirano,藤本=Fujimoto,河野=Kono,上野=Ueno,野口=Noguchi,武田=Takeda,松井=Matsui,千葉=Chiba,岩崎=Iwasaki
    菅原=Sugawara,木下=Kinoshita,佐野=Sano,久保=Kubo,菊地=Kikuchi,野村=Nomura,松尾=Matsuo,市川=Ichikawa,杉本=Sugimoto
    古川=Furukawa,大西=Onishi,島田=Shimada,水野=Mizuno,桜井=Sakurai,吉川=Yoshikawa,山内=Yamauchi,西田=Nishida
    飯田=Iida,菊池=Kikuchi,西川=Nishikawa,小松=Komatsu,北村=Kitamura,安田=Yasuda,五十嵐=Igarashi,川口=Kawaguchi
    平田=Hirata,関=Seki,中田=Nakata,久保田=Kubota,東=Azuma,服部=Hattori,川崎=Kawasaki,岩田=Iwata,土屋=Tsuchiya
    福島=Fukushima,本田=Honda,辻=Tsuji,樋口=Higuchi,秋山=Akiyama,田口=Taguchi,永井=Nagai,山中=Yamanaka,吉村=Yoshimura
    川上=Kawakami,石原=Ishihara,大橋=Ohashi,松岡=Matsuoka,馬場=Baba,浜田=Hamada,森本=Morimoto,星野=Hoshino,矢野=Yano
    浅野=Asano,吉岡=Yoshioka,小池=Koike,岡=Oka,荒木=Araki,熊谷=Kumagai,望月=Mochizuki,堀=Hori,片山=Katayama,尾崎=Ozaki
    """

  /// Each with the first digits of its postal codes.
  static let cities = """
    札幌市=Sapporo:060,仙台市=Sendai:980,さいたま市=Saitama:330,千葉市=Chiba:260,横浜市=Yokohama:220,川崎市=Kawasaki:210
    相模原市=Sagamihara:252,新潟市=Niigata:950,静岡市=Shizuoka:420,浜松市=Hamamatsu:430,名古屋市=Nagoya:450,京都市=Kyoto:600
    大阪市=Osaka:530,堺市=Sakai:590,神戸市=Kobe:650,岡山市=Okayama:700,広島市=Hiroshima:730,北九州市=Kitakyushu:800,福岡市=Fukuoka:810
    熊本市=Kumamoto:860,函館市=Hakodate:040,旭川市=Asahikawa:070,青森市=Aomori:030,八戸市=Hachinohe:031,盛岡市=Morioka:020
    秋田市=Akita:010,山形市=Yamagata:990,福島市=Fukushima:960,郡山市=Koriyama:963,いわき市=Iwaki:970,水戸市=Mito:310,つくば市=Tsukuba:305
    宇都宮市=Utsunomiya:320,前橋市=Maebashi:371,高崎市=Takasaki:370,川越市=Kawagoe:350,川口市=Kawaguchi:332,船橋市=Funabashi:273
    柏市=Kashiwa:277,八王子市=Hachioji:192,横須賀市=Yokosuka:238,富山市=Toyama:930,金沢市=Kanazawa:920,福井市=Fukui:910,甲府市=Kofu:400
    長野市=Nagano:380,松本市=Matsumoto:390,岐阜市=Gifu:500,豊橋市=Toyohashi:440,岡崎市=Okazaki:444,豊田市=Toyota:471,津市=Tsu:514
    四日市市=Yokkaichi:510,大津市=Otsu:520,豊中市=Toyonaka:560,吹田市=Suita:564,高槻市=Takatsuki:569,枚方市=Hirakata:573
    姫路市=Himeji:670,西宮市=Nishinomiya:662,尼崎市=Amagasaki:660,奈良市=Nara:630,和歌山市=Wakayama:640,鳥取市=Tottori:680
    松江市=Matsue:690,倉敷市=Kurashiki:710,福山市=Fukuyama:720,下関市=Shimonoseki:750,山口市=Yamaguchi:753,徳島市=Tokushima:770
    高松市=Takamatsu:760,松山市=Matsuyama:790,高知市=Kochi:780,久留米市=Kurume:830,佐賀市=Saga:840,長崎市=Nagasaki:850
    佐世保市=Sasebo:857,大分市=Oita:870,宮崎市=Miyazaki:880,鹿児島市=Kagoshima:890,那覇市=Naha:900,釧路市=Kushiro:085,帯広市=Obihiro:080
    小樽市=Otaru:047,町田市=Machida:194
    """

  static let streets = """
    本町,中央,栄町,緑町,東町,西町,南町,北町,旭町,新町,泉町,桜町,若葉町,幸町,大手町,寿町,末広町,昭和町,日の出町,錦町
    元町,宮前町,富士見町,港町,花園町,松原町,青葉町,大町,城山町,朝日町,高砂町,平和町,住吉町,美原町,春日町,相生町
    曙町,川端町,神明町,八幡町,白鳥町,清水町,梅田町,駅前町,上野町,山手町,浜町,仲町,横町,横山町,吉野町,千歳町,豊町
    常盤町,鶴見町,亀山町,竹園町,藤沢町,柳町,弥生町
    """

  /// Each with the first digits of its postal codes.
  static let regions = """
    北海道:001-007 040-099,青森県:030-039,岩手県:020-029,宮城県:980-989,秋田県:010-019,山形県:990-999,福島県:960-979,茨城県:300-319
    栃木県:320-329,群馬県:370-379,埼玉県:330-369,千葉県:260-299,東京都:100-209,神奈川県:210-259,新潟県:940-959,富山県:930-939,石川県:920-929
    福井県:910-919,山梨県:400-409,長野県:380-399,岐阜県:500-509,静岡県:410-439,愛知県:440-499,三重県:510-519,滋賀県:520-529,京都府:600-629
    大阪府:530-599,兵庫県:650-679,奈良県:630-639,和歌山県:640-649,鳥取県:680-689,島根県:690-699,岡山県:700-719,広島県:720-739,山口県:740-759
    徳島県:770-779,香川県:760-769,愛媛県:790-799,高知県:780-789,福岡県:800-839,佐賀県:840-849,長崎県:850-859,熊本県:860-869,大分県:870-879
    宮崎県:880-889,鹿児島県:890-899,沖縄県:900-909
    """
}
