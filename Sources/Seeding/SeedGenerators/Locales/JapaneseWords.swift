/// Japanese words, with the romanization of the nouns.
enum JapaneseWords {
  static let words = """
    朝=asa,雨=ame,家=ie,池=ike,石=ishi,糸=ito,犬=inu,色=iro,岩=iwa,歌=uta,馬=uma,海=umi,絵=e,駅=eki,枝=eda,丘=oka
    音=oto,帯=obi,貝=kai,鏡=kagami,鍵=kagi,影=kage,傘=kasa,風=kaze,形=katachi,壁=kabe,紙=kami,亀=kame,川=kawa,木=ki
    岸=kishi,北=kita,客=kyaku,霧=kiri,草=kusa,靴=kutsu,国=kuni,雲=kumo,車=kuruma,声=koe,氷=kori,米=kome,坂=saka
    魚=sakana,桜=sakura,酒=sake,皿=sara,塩=shio,島=shima,城=shiro,砂=suna,空=sora,滝=taki,竹=take,棚=tana,谷=tani
    種=tane,旅=tabi,玉=tama,卵=tamago,月=tsuki,机=tsukue,土=tsuchi,翼=tsubasa,鶴=tsuru,鳥=tori,夏=natsu,波=nami
    庭=niwa,布=nuno,根=ne,猫=neko,野原=nohara,橋=hashi,花=hana,羽=hane,浜=hama,林=hayashi,春=haru,火=hi,光=hikari
    人=hito,笛=fue,袋=fukuro,冬=fuyu,船=fune,星=hoshi,窓=mado,豆=mame,店=mise,道=michi,港=minato,南=minami,都=miyako
    虫=mushi,村=mura,森=mori,門=mon,山=yama,雪=yuki,夢=yume,夜=yoru,綿=wata,秋=aki,油=abura,泉=izumi,板=ita,梅=ume
    裏=ura,扇=ogi,表=omote,垣根=kakine,籠=kago,金=kane,鐘=kane,瓦=kawara,絹=kinu,釘=kugi,茎=kuki,倉=kura,暦=koyomi
    衣=koromo,里=sato,芝=shiba,白=shiro,隅=sumi,炭=sumi,滴=shizuku,畳=tatami,縦=tate,塔=to,扉=tobira,仲間=nakama
    縄=nawa,西=nishi,荷物=nimotsu,沼=numa,軒=noki,灰=hai,箱=hako,旗=hata,畑=hatake,柱=hashira,東=higashi,紐=himo
    昼=hiru,広場=hiroba,筆=fude,蓋=futa,節=fushi,堀=hori,本=hon,枕=makura,町=machi,松=matsu,的=mato,丸=maru,湖=mizuumi
    溝=mizo,緑=midori,峰=mine,耳=mimi,宮=miya,麦=mugi,胸=mune,目=me,物語=monogatari,桃=momo,矢=ya,屋根=yane,柳=yanagi
    湯=yu,床=yuka,弓=yumi,横=yoko,嫁入り=yomeiri,輪=wa,枠=waku,鷲=washi,藁=wara,会議=kaigi,会社=kaisha,学校=gakko
    季節=kisetsu,切符=kippu,教室=kyoshitsu,計画=keikaku,契約=keiyaku,結果=kekka,言葉=kotoba,祭り=matsuri,作業=sagyo
    雑誌=zasshi,散歩=sanpo,時間=jikan,辞書=jisho,質問=shitsumon,写真=shashin,宿題=shukudai,食堂=shokudo,新聞=shinbun
    図書館=toshokan,生活=seikatsu,世界=sekai,倉庫=soko,地図=chizu,注文=chumon,手紙=tegami,電車=densha,電話=denwa
    動物=dobutsu,図面=zumen,名前=namae,日記=nikki,値段=nedan,博物館=hakubutsukan,番号=bango,飛行機=hikoki,病院=byoin
    部屋=heya,勉強=benkyo,法律=horitsu,毎日=mainichi,問題=mondai,約束=yakusoku,郵便=yubin,予定=yotei,理由=riyu
    料理=ryori,旅行=ryoko,練習=renshu,廊下=roka,録音=rokuon,話題=wadai
    """

  static let products = """
    デスクライト,オフィスチェア,昇降デスク,リュック,水筒,コーヒーメーカー,トースター,電気ケトル,ヘッドホン,キーボード,マウス
    モニター,スピーカー,ノート,万年筆,財布,傘,サングラス,ランニングシューズ,ジャケット,セーター,マフラー,手袋
    レインコート,自転車,ヘルメット,ヨガマット,テント,寝袋,コンロ,懐中電灯,電動ドリル,工具箱,はしご,ホース,植木鉢
    まな板,包丁セット,フライパン,マグカップ,茶碗,毛布,枕,ベッド,本棚,鏡,掛け時計,じゅうたん
    """

  static let colors = """
    黒,白,灰色,赤,緑,青,黄色,オレンジ,紫,ピンク,茶色,ベージュ,銀色,金色,水色,紺色,黄緑,えんじ色
    """

  static let companies = """
    株式会社#
    #株式会社
    #商事
    #工業
    #製作所
    #運輸
    #食品
    #建設
    #電機
    有限会社#
    """

  static let sentences = """
    #の前に#があります。
    #と#は同じ場所にあります。
    昨日、#と#を見ました。
    #がなければ#もありません。
    #の次は#です。
    この#は#より古いです。
    新しい#には#が必要です。
    #と#と#を用意してください。
    #から#まで歩きました。
    #について#と話しました。
    どの#にも#があります。
    #の中に#が見えます。
    まず#を確認し、次に#を確認します。
    #は#の隣にあります。
    いつか#と#を比べてみたいです。
    #のことは#に聞いてください。
    """

  static let headings = """
    #について
    #と#
    #の選び方
    #から#まで
    #に関する質問
    #の手引き
    """
}
