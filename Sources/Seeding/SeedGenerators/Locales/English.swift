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

  /// Each with the first digits of its postal codes.
  static let cities = """
    New York:100,Los Angeles:900,Chicago:606,Houston:770,Phoenix:850,Philadelphia:191,San Antonio:782
    San Diego:921,Dallas:752,Austin:787,Jacksonville:322,Fort Worth:761,Columbus:432,Charlotte:282
    San Francisco:941,Indianapolis:462,Seattle:981,Denver:802,Boston:021,Nashville:372,Detroit:482,Portland:972
    Memphis:381,Louisville:402,Baltimore:212,Milwaukee:532,Albuquerque:871,Tucson:857,Fresno:937,Sacramento:958
    Mesa:852,Atlanta:303,Kansas City:641,Omaha:681,Colorado Springs:809,Raleigh:276,Miami:331,Virginia Beach:234
    Long Beach:908,Oakland:946,Minneapolis:554,Tulsa:741,Tampa:336,Arlington:760,New Orleans:701,Wichita:672
    Cleveland:441,Bakersfield:933,Aurora:800,Anaheim:928,Honolulu:968,Riverside:925,Lexington:405,Stockton:952
    St. Louis:631,St. Paul:551,Pittsburgh:152,Cincinnati:452,Anchorage:995,Henderson:890,Greensboro:274,Plano:750
    Newark:071,Lincoln:685,Orlando:328,Irvine:926,Toledo:436,Jersey City:073,Chula Vista:919,Durham:277
    Fort Wayne:468,Laredo:780,Buffalo:142,Madison:537,Lubbock:794,Chandler:852,Scottsdale:852,Reno:895,Norfolk:235
    Boise:837,Richmond:232,Spokane:992,Baton Rouge:708,Tacoma:984,Des Moines:503,Salt Lake City:841,Providence:029
    Knoxville:379,Little Rock:722,Savannah:314
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

  /// Each with the first digits of its postal codes.
  static let regions = """
    Alabama:350-369,Alaska:995-999,Arizona:850-865,Arkansas:716-729,California:900-961,Colorado:800-816
    Connecticut:060-069,Delaware:197-199,Florida:320-349,Georgia:300-319 398-399,Hawaii:967-968,Idaho:832-838
    Illinois:600-629,Indiana:460-479,Iowa:500-528,Kansas:660-679,Kentucky:400-427,Louisiana:700-714,Maine:039-049
    Maryland:206-219,Massachusetts:010-027,Michigan:480-499,Minnesota:550-567,Mississippi:386-397,Missouri:630-658
    Montana:590-599,Nebraska:680-693,Nevada:889-898,New Hampshire:030-038,New Jersey:070-089,New Mexico:870-884
    New York:100-149,North Carolina:270-289,North Dakota:580-588,Ohio:430-458,Oklahoma:730-749,Oregon:970-979
    Pennsylvania:150-196,Rhode Island:028-029,South Carolina:290-299,South Dakota:570-577,Tennessee:370-385
    Texas:750-799,Utah:840-847,Vermont:050-059,Virginia:220-246,Washington:980-994,West Virginia:247-268
    Wisconsin:530-549,Wyoming:820-831
    """

  /// The codes of the regions, in the same order.
  static let regionCodes = WordList(
    """
    AL,AK,AZ,AR,CA,CO,CT,DE,FL,GA,HI,ID,IL,IN,IA,KS,KY,LA,ME,MD,MA,MI,MN,MS,MO,MT,NE,NV,NH,NJ,NM,NY,NC,ND,OH,OK,OR,PA
    RI,SC,SD,TN,TX,UT,VT,VA,WA,WV,WI,WY
    """)

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
    The # was not part of the #.
    After the # comes the #.
    Without the # there is no #.
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
