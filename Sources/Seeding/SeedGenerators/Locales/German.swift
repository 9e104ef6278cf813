extension LocaleData {
  static let de = LocaleData(
    .de, firstNames: GermanLists.firstNames, lastNames: GermanLists.lastNames, cities: GermanLists.cities,
    streets: GermanLists.streets, regions: GermanLists.regions, words: GermanLists.words,
    products: GermanLists.products, colors: GermanLists.colors, companies: GermanLists.companies,
    sentences: GermanLists.sentences, headings: GermanLists.headings)
}

/// German names, places of Germany, and words.
enum GermanLists {
  static let firstNames = """
    Anna,Peter,Maria,Michael,Ursula,Thomas,Monika,Andreas,Petra,Wolfgang,Elisabeth,Klaus,Sabine,Jürgen,Renate,Günter
    Helga,Stefan,Karin,Christian,Brigitte,Uwe,Ingrid,Werner,Erika,Horst,Andrea,Frank,Gisela,Dieter,Claudia,Manfred
    Susanne,Gerhard,Gabriele,Hans,Christa,Bernd,Christine,Torsten,Hildegard,Mathias,Anja,Helmut,Barbara,Walter
    Angelika,Heinz,Stefanie,Martin,Nicole,Jörg,Ute,Rolf,Julia,Jens,Birgit,Sven,Katrin,Alexander,Heike,Rainer,Martina
    Jan,Bettina,Volker,Silke,Ralf,Ilse,Tobias,Marlene,Lukas,Hannah,Jonas,Lena,Felix,Laura,Paul,Lea,Maximilian,Sophie
    Elias,Emma,Leon,Mia,Finn,Clara,Moritz,Charlotte,Niklas,Johanna,Philipp,Sarah,Simon,Jana,David,Lisa,Fabian,Kerstin
    Matthias,Antje,Björn,Frieda,Emil,Greta,Anton,Ida,Oskar,Mathilda,Käthe,Henriette,Konrad,Luise,Ludwig,Rosa,Theo
    """

  static let lastNames = """
    Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Schäfer,Koch,Bauer,Richter,Klein,Wolf
    Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hofmann,Hartmann,Lange,Schmitt,Werner,Schmitz,Krause,Meier
    Lehmann,Schmid,Schulze,Maier,Köhler,Herrmann,König,Walter,Mayer,Huber,Kaiser,Fuchs,Peters,Lang,Scholz,Möller
    Weiß,Jung,Hahn,Schubert,Vogel,Friedrich,Keller,Günther,Frank,Berger,Winkler,Roth,Beck,Lorenz,Baumann,Franke
    Albrecht,Schuster,Simon,Ludwig,Böhm,Winter,Kraus,Martin,Schumacher,Krämer,Vogt,Stein,Jäger,Otto,Sommer,Groß
    Seidel,Heinrich,Brandt,Haas,Schreiber,Graf,Schulte,Dietrich,Ziegler,Kuhn,Kühn,Pohl,Engel,Horn,Busch,Bergmann
    Thomas,Voigt,Sauer,Arnold,Wolff,Pfeiffer,Ernst,Lindner,Hübner,Kramer,Franz,Beyer,Wenzel,Wirth,Paul,Nowak,Barth
    Seifert,Hauser,Bachmann,Kunz,Kern,Ebert,Fiedler,Riedel,Arndt,Bischoff,Stark,Langer,Thiel,Steiner,Reuter,Urban
    Ritter,Bender,Förster,Kaufmann,Schilling,Hirsch,Moser,Hesse,Kirchner,Nagel,Hermann,Brunner,Rieger,Götz,Böttcher
    Hansen,Petersen,Jansen,Lutz,Pfeifer,Zeller,Heller,Kolb,Schreiner,Eder,Bauer-Lang,Eckert,Michel,Blum,Sturm,Noack
    """

  /// Each with the first digits of its postal codes.
  static let cities = """
    Berlin:10,Hamburg:20,München:80,Köln:50,Frankfurt am Main:60,Stuttgart:70,Düsseldorf:40,Leipzig:04,Dortmund:44
    Essen:45,Bremen:28,Dresden:01,Hannover:30,Nürnberg:90,Duisburg:47,Bochum:44,Wuppertal:42,Bielefeld:33,Bonn:53
    Münster:48,Mannheim:68,Karlsruhe:76,Augsburg:86,Wiesbaden:65,Mönchengladbach:41,Gelsenkirchen:45,Aachen:52
    Braunschweig:38,Kiel:24,Chemnitz:09,Halle (Saale):06,Magdeburg:39,Freiburg im Breisgau:79,Krefeld:47,Mainz:55
    Lübeck:23,Erfurt:99,Oberhausen:46,Rostock:18,Kassel:34,Hagen:58,Potsdam:14,Saarbrücken:66,Hamm:59
    Ludwigshafen:67,Oldenburg:26,Osnabrück:49,Leverkusen:51,Heidelberg:69,Darmstadt:64,Solingen:42,Regensburg:93
    Paderborn:33,Ingolstadt:85,Würzburg:97,Fürth:90,Ulm:89,Heilbronn:74,Pforzheim:75,Wolfsburg:38,Göttingen:37
    Bottrop:46,Reutlingen:72,Koblenz:56,Bremerhaven:27,Erlangen:91,Jena:07,Remscheid:42,Trier:54,Salzgitter:38
    Moers:47,Siegen:57,Hildesheim:31,Cottbus:03,Gera:07,Kaiserslautern:67,Witten:58,Gütersloh:33,Schwerin:19
    Flensburg:24,Konstanz:78,Bamberg:96,Bayreuth:95,Passau:94,Tübingen:72,Celle:29
    """

  static let streets = """
    Hauptstraße,Schulstraße,Gartenstraße,Bahnhofstraße,Dorfstraße,Bergstraße,Birkenweg,Lindenstraße,Kirchstraße
    Waldstraße,Ringstraße,Schillerstraße,Amselweg,Goethestraße,Wiesenweg,Jahnstraße,Buchenweg,Feldstraße,Mozartstraße
    Eichenweg,Ahornweg,Blumenstraße,Rosenstraße,Tannenweg,Beethovenstraße,Finkenweg,Talstraße,Mühlenweg,Industriestraße
    Poststraße,Friedhofstraße,Am Markt,Marktplatz,Kastanienallee,Lessingstraße,Uhlandstraße,Drosselweg,Schloßstraße
    Parkstraße,Mittelstraße,Kiefernweg,Sonnenweg,Fliederweg,Erlenweg,Brunnenstraße,Mühlstraße,Bachstraße,Nordstraße
    Südstraße,Weststraße,Oststraße,Königstraße,Kaiserstraße,Neue Straße,Lange Straße,Hafenstraße,Seestraße,Burgweg
    Ulmenweg,Meisenweg,Kantstraße,Steinweg,Rathausplatz,Am Bahnhof
    """

  /// Each with the first digits of its postal codes.
  static let regions = """
    Baden-Württemberg:68-79 88-89,Bayern:80-87 90-97,Berlin:10 12-13,Brandenburg:03 14-16,Bremen:27-28
    Hamburg:20-22,Hessen:34-36 60-65,Mecklenburg-Vorpommern:17-19,Niedersachsen:26 29-31 37-38 49
    Nordrhein-Westfalen:32-33 40-48 50-53 57-59,Rheinland-Pfalz:54-56 67,Saarland:66,Sachsen:01-02 04 08-09
    Sachsen-Anhalt:06 39,Schleswig-Holstein:23-25,Thüringen:07 98-99
    """

  static let words = """
    Abend,Adresse,Anfang,Angebot,Antrag,Antwort,Apfel,Arbeit,Artikel,Aufgabe,Auftrag,Ausflug,Auswahl,Bäcker,Bahnhof
    Balkon,Batterie,Baum,Bericht,Beruf,Besuch,Bett,Bild,Birne,Blatt,Blume,Boden,Boot,Brief,Brille,Brot,Brücke,Buch
    Büro,Dach,Datei,Decke,Dorf,Drucker,Ecke,Ergebnis,Fabrik,Fahrrad,Familie,Farbe,Feder,Fehler,Feier,Feld,Fenster
    Ferien,Feuer,Figur,Fisch,Flasche,Flughafen,Fluss,Folge,Formular,Frage,Freund,Frühling,Gabel,Garten,Gebäude
    Geschichte,Gespräch,Glas,Glocke,Grenze,Gruppe,Hafen,Halle,Hammer,Handschuh,Haus,Heft,Herbst,Himmel,Hof,Hotel
    Hügel,Idee,Insel,Jacke,Jahr,Kabel,Kaffee,Kalender,Kamera,Karte,Kasten,Katalog,Keller,Kerze,Kiste,Klavier,Knopf
    Koffer,Konto,Konzert,Kopie,Korb,Kreis,Küche,Kunde,Küste,Laden,Lager,Lampe,Land,Leiter,Liste,Löffel,Lösung,Markt
    Maschine,Meer,Messer,Metall,Methode,Milch,Mittag,Modell,Monat,Morgen,Motor,Mühle,Museum,Musik,Muster,Nachricht
    Nacht,Netz,Notiz,Nummer,Ofen,Ordner,Ort,Paket,Papier,Park,Partner,Pause,Pflanze,Plan,Planet,Platz,Preis,Problem
    Produkt,Profil,Projekt,Protokoll,Prüfung,Punkt,Quelle,Rad,Rahmen,Raum,Rechnung,Regal,Regen,Region,Reihe,Reise
    Rezept,Richtung,Ring,Rolle,Route,Saal,Sache,Sammlung,Schachtel,Schale,Schatten,Schiff,Schlüssel,Schnee,Schrank
    Schritt,Schule,Schuppen,See,Seite,Signal,Sitzung,Sommer,Sonne,Spiegel,Sprache,Stadt,Stein,Stelle,Stern,Stift
    Stimme,Straße,Stuhl,Stunde,Tafel,Tag,Tasche,Tasse,Teller,Termin,Tisch,Tor,Treppe,Turm,Uhr,Umweg,Verein,Vertrag
    Wagen,Wald,Wand,Wasser,Weg,Werkstatt,Wetter,Wiese,Wind,Winter,Woche,Wolke,Wort,Zahl,Zeichen,Zeitung,Zelt,Zimmer
    Zug,Zweig
    """

  static let products = """
    Schreibtischlampe,Bürostuhl,Stehtisch,Rucksack,Trinkflasche,Kaffeemaschine,Toaster,Wasserkocher,Kopfhörer,Tastatur
    Maus,Monitor,Lautsprecher,Notizbuch,Füller,Geldbörse,Regenschirm,Sonnenbrille,Laufschuhe,Jacke,Pullover,Schal
    Handschuhe,Regenmantel,Fahrrad,Helm,Yogamatte,Zelt,Schlafsack,Campingkocher,Taschenlampe,Bohrmaschine
    Werkzeugkasten,Leiter,Gartenschlauch,Blumentopf,Schneidebrett,Messerset,Bratpfanne,Becher,Schüssel,Decke,Kissen
    Bettgestell,Bücherregal,Spiegel,Wanduhr,Teppich
    """

  static let colors = """
    schwarz,weiß,grau,rot,grün,blau,gelb,orange,violett,rosa,braun,beige,silber,gold,türkis,dunkelblau,oliv,weinrot
    """

  static let companies = """
    # GmbH
    # AG
    # KG
    # & Co. KG
    # & Söhne
    # Logistik GmbH
    # Technik GmbH
    # Handels GmbH
    # Gruppe
    # e. K.
    """

  static let sentences = """
    Ohne # geht es hier nicht weiter.
    Das Thema # gehört zum Thema #.
    Nach # kommt immer #, und danach #.
    Auf # folgt #.
    Die Begriffe # und # haben hier dieselbe Bedeutung.
    Bitte prüfen Sie zuerst #, dann #.
    Zwischen # und # liegt nur wenig.
    Unter „#“ steht mehr als unter „#“.
    Wer # sagt, muss auch # sagen.
    Gesucht werden #, # und #.
    Statt # wurde # geliefert.
    Im Abschnitt „#“ geht es um #.
    Die Liste enthält #, # und #.
    Zu # passt am besten #.
    Über # wurde mehr gesprochen als über #.
    Von # bis # ist alles dabei.
    """

  static let headings = """
    Hinweise zu #
    # und #
    Fragen zum Thema #
    Von # bis #
    Überblick: #
    Mehr über #
    """
}
