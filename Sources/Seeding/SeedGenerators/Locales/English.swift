extension LocaleData {
  static let en = LocaleData(
    .en, firstNames: EnglishLists.firstNames, lastNames: EnglishLists.lastNames, cities: EnglishLists.cities,
    streets: EnglishLists.streets, regions: EnglishLists.regions, words: EnglishLists.words,
    products: EnglishLists.products, colors: EnglishLists.colors, companies: EnglishLists.companies,
    sentences: EnglishLists.sentences, headings: EnglishLists.headings)
}

/// English names, places of the United States, and words.
enum EnglishLists {
  static let firstNames = """
    James,Mary,John,Patricia,Robert,Jennifer,Michael,Linda,David,Elizabeth,William,Barbara,Richard,Susan,Joseph
    Jessica,Thomas,Sarah,Charles,Karen,Christopher,Lisa,Daniel,Nancy,Matthew,Betty,Anthony,Margaret,Mark,Sandra
    Donald,Ashley,Steven,Kimberly,Paul,Emily,Andrew,Donna,Joshua,Michelle,Kenneth,Carol,Kevin,Amanda,Brian,Dorothy
    George,Melissa,Timothy,Deborah,Ronald,Stephanie,Edward,Rebecca,Jason,Sharon,Jeffrey,Laura,Ryan,Cynthia,Jacob
    Kathleen,Gary,Amy,Nicholas,Angela,Eric,Shirley,Jonathan,Anna,Stephen,Brenda,Larry,Pamela,Justin,Emma,Scott
    Nicole,Brandon,Helen,Benjamin,Samantha,Samuel,Katherine,Gregory,Christine,Alexander,Olivia,Frank,Rachel,Patrick
    Carolyn,Raymond,Janet,Jack,Maria,Dennis,Heather,Jerry,Diane,Tyler,Julie,Aaron,Joyce,Henry,Victoria,Nathan,Grace
    Peter,Chloe,Zachary,Sophia,Kyle,Hannah,Noah,Abigail,Ethan,Isabella,Owen,Natalie,Lucas,Madison,Dylan,Claire
    """

  static let lastNames = """
    Smith,Johnson,Williams,Brown,Jones,Miller,Davis,Wilson,Anderson,Taylor,Moore,Jackson,Martin,Lee,Thompson,White
    Harris,Clark,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Hill,Green,Adams,Baker,Nelson,Hall,Campbell
    Mitchell,Carter,Roberts,Phillips,Evans,Turner,Parker,Edwards,Collins,Stewart,Morris,Murphy,Cook,Rogers,Morgan
    Cooper,Peterson,Reed,Bailey,Kelly,Howard,Cox,Ward,Richardson,Watson,Brooks,Wood,James,Bennett,Gray,Hughes,Price
    Myers,Long,Foster,Sanders,Ross,Powell,Sullivan,Russell,Butler,Jenkins,Barnes,Perry,Fisher,Henderson,Coleman
    Patterson,Jordan,Reynolds,Hamilton,Graham,Wallace,West,Cole,Hayes,Bryant,Gibson,Ellis,Stevens,Murray,Ford
    Marshall,Owens,Harrison,Kennedy,Wells,Woods,Henry,Webb,Freeman,Porter,Hunter,Hicks,Crawford,Boyd,Mason,Kennett
    Warren,Dixon,Burns,Gordon,Shaw,Holmes,Rice,Robertson,Hunt,Black,Daniels,Palmer,Mills,Nichols,Grant,Knight
    Ferguson,Stone,Dunn,Perkins,Hudson,Spencer,Gardner,Stephens,Payne,Pierce,Berry,Matthews,Arnold,Wagner,Willis
    Watkins,Olson,Carroll,Duncan,Snyder,Hart,Cunningham,Bradley,Lane,Andrews,Harper,Fox,Riley,Armstrong,Weaver
    Greene,Lawrence,Elliott,Sims,Austin,Peters,Kelley,Franklin,Lawson,Fields,Ryan,Carr,Wheeler,Chapman,Oliver
    """

  static let cities = """
    New York,Los Angeles,Chicago,Houston,Phoenix,Philadelphia,San Antonio,San Diego,Dallas,Austin,Jacksonville
    Fort Worth,Columbus,Charlotte,San Francisco,Indianapolis,Seattle,Denver,Boston,Nashville,Detroit,Portland
    Memphis,Louisville,Baltimore,Milwaukee,Albuquerque,Tucson,Fresno,Sacramento,Mesa,Atlanta,Kansas City,Omaha
    Colorado Springs,Raleigh,Miami,Virginia Beach,Long Beach,Oakland,Minneapolis,Tulsa,Tampa,Arlington,New Orleans
    Wichita,Cleveland,Bakersfield,Aurora,Anaheim,Honolulu,Riverside,Lexington,Stockton,St. Louis,St. Paul,Pittsburgh
    Cincinnati,Anchorage,Henderson,Greensboro,Plano,Newark,Lincoln,Orlando,Irvine,Toledo,Jersey City,Chula Vista
    Durham,Fort Wayne,Laredo,Buffalo,Madison,Lubbock,Chandler,Scottsdale,Reno,Norfolk,Boise,Richmond,Spokane
    Baton Rouge,Tacoma,Des Moines,Salt Lake City,Providence,Knoxville,Little Rock,Savannah
    """

  static let streets = """
    Main Street,Oak Street,Maple Avenue,Park Avenue,Washington Street,Cedar Street,Elm Street,Pine Street,Lake Drive
    Hill Street,Walnut Street,Spring Street,North Street,Ridge Road,Lincoln Avenue,Church Street,Willow Lane,Mill Road
    River Road,Highland Avenue,Jefferson Street,Sunset Drive,Center Street,Chestnut Street,Franklin Street
    Forest Avenue,Jackson Street,College Avenue,Prospect Street,Spruce Street,Meadow Lane,Adams Street,Cherry Street
    Dogwood Drive,Madison Avenue,School Street,Valley Road,Birch Street,Broadway,Court Street,Union Street,Green Street
    Railroad Street,Front Street,Market Street,Water Street,Grove Street,High Street,Liberty Street,Hickory Lane
    Magnolia Drive,Poplar Street,Sycamore Street,Bridge Street,Garden Street,Orchard Road,Pleasant Street
    Summit Avenue,Division Street,Lakeview Drive,Monroe Street,Harrison Avenue,Laurel Lane,Locust Street,Juniper Way
    """

  static let regions = """
    Alabama,Alaska,Arizona,Arkansas,California,Colorado,Connecticut,Delaware,Florida,Georgia,Hawaii,Idaho,Illinois
    Indiana,Iowa,Kansas,Kentucky,Louisiana,Maine,Maryland,Massachusetts,Michigan,Minnesota,Mississippi,Missouri
    Montana,Nebraska,Nevada,New Hampshire,New Jersey,New Mexico,New York,North Carolina,North Dakota,Ohio,Oklahoma
    Oregon,Pennsylvania,Rhode Island,South Carolina,South Dakota,Tennessee,Texas,Utah,Vermont,Virginia,Washington
    West Virginia,Wisconsin,Wyoming
    """

  static let words = """
    account,address,agenda,airport,angle,answer,apple,archive,article,author,autumn,balance,bakery,banner,basket
    battery,beach,bicycle,blanket,boat,book,border,bottle,branch,bread,bridge,brush,budget,building,button,cabin
    cable,calendar,camera,canal,candle,canvas,card,castle,ceiling,center,chair,channel,chapter,circle,city,client
    clock,cloud,coast,coffee,color,column,compass,concert,contract,copper,corner,cotton,country,courier,cup,curtain
    customer,deadline,decision,delivery,desert,desk,detail,device,diagram,diary,dinner,district,document,door,draft
    drawer,dream,engine,evening,event,example,factory,family,farm,feather,festival,field,figure,filter,flag,flower
    folder,forest,fountain,frame,friend,fruit,garage,garden,gate,glass,glove,guide,hammer,harbor,harvest,hotel,hour
    house,idea,image,index,invoice,island,journey,kettle,key,kitchen,ladder,lake,lamp,language,lantern,leaf,lesson
    letter,level,library,light,line,list,machine,magnet,manager,map,market,meadow,meeting,member,memory,menu,message
    metal,method,mirror,model,moment,morning,motor,mountain,museum,music,network,notebook,number,ocean,office,orange
    orchard,order,package,page,painting,paper,park,partner,pattern,pencil,phone,photo,picture,pillow,plan,planet
    plate,pocket,postcard,price,printer,problem,process,product,profile,project,question,radio,railway,reason,recipe
    record,region,report,result,river,road,roof,room,route,sample,scale,school,season,section,service,shelf,signal
    station,stone,storage,story,street,student,summer,supplier,table,task,teacher,team,ticket,tower,train,valley
    vehicle,village,voice,wall,water,weather,week,wheel,window,winter,workshop,yard
    """

  static let products = """
    Desk Lamp,Office Chair,Standing Desk,Backpack,Water Bottle,Coffee Maker,Toaster,Kettle,Headphones,Keyboard,Mouse
    Monitor,Speaker,Notebook,Pen Set,Wallet,Umbrella,Sunglasses,Running Shoes,Jacket,Sweater,Scarf,Gloves,Rain Coat
    Bicycle,Helmet,Yoga Mat,Tent,Sleeping Bag,Camp Stove,Flashlight,Drill,Tool Box,Ladder,Garden Hose,Plant Pot
    Cutting Board,Knife Set,Frying Pan,Mug,Bowl,Blanket,Pillow,Bed Frame,Bookshelf,Mirror,Wall Clock,Rug
    """

  static let colors = """
    black,white,gray,red,green,blue,yellow,orange,purple,pink,brown,beige,silver,gold,turquoise,navy,olive,maroon
    """

  static let companies = """
    # Inc.
    # LLC
    # Group
    # Corporation
    # Partners
    # Systems
    # Logistics
    # Foods
    # Consulting
    # Industries
    """

  static let sentences = """
    The # is next to the #.
    Every # needs a new #.
    We moved the # from one # to another.
    Nobody expected a # at the end of the #.
    After the # comes the #.
    Without a # there is no #.
    The first # was better than the last #.
    Please send the # together with the #.
    Each # has its own # and its own #.
    There are two kinds of #: the # and the #.
    They found the # behind the #.
    This # replaces the old #.
    The price of the # depends on the #.
    Most of the # belongs to the #.
    Before the # opens, check the #.
    A good # is worth more than a #.
    """

  static let headings = """
    Notes on the #
    The # and the #
    How to choose a #
    From # to #
    Questions about the #
    A guide to the #
    """
}
