extension LocaleData {
  static let fr = LocaleData(
    .fr, firstNames: FrenchLists.firstNames, lastNames: FrenchLists.lastNames, cities: FrenchLists.cities,
    streets: FrenchLists.streets, regions: FrenchLists.regions, words: FrenchLists.words,
    products: FrenchLists.products, colors: FrenchLists.colors, companies: FrenchLists.companies,
    sentences: FrenchLists.sentences, headings: FrenchLists.headings)
}

/// French names, places of France, and words.
enum FrenchLists {
  static let firstNames = """
    Marie,Jean,Jeanne,Pierre,Françoise,Michel,Monique,André,Catherine,Philippe,Nathalie,Alain,Isabelle,Bernard
    Jacqueline,Patrick,Sylvie,Christophe,Anne,Nicolas,Martine,Laurent,Nicole,Frédéric,Valérie,Éric,Sandrine,Pascal
    Christine,Thierry,Véronique,Sébastien,Céline,Julien,Stéphanie,Thomas,Sophie,David,Brigitte,Olivier,Dominique
    Christian,Aurélie,Daniel,Hélène,François,Camille,Antoine,Virginie,Claude,Patricia,Vincent,Annie,Guillaume,Julie
    Gérard,Laurence,Maxime,Christelle,Alexandre,Caroline,Jérôme,Audrey,Stéphane,Élodie,Romain,Pauline,Anthony,Sarah
    Mathieu,Chantal,Bruno,Mélanie,Benjamin,Laura,Florian,Marion,Quentin,Manon,Clément,Léa,Hugo,Chloé,Lucas,Emma,Louis
    Inès,Théo,Jade,Arthur,Louise,Jules,Alice,Gabriel,Lina,Raphaël,Zoé,Paul,Juliette,Adrien,Margaux,Benoît,Mathilde
    Cédric,Justine,Fabien,Lucie,Gaël,Océane,Rémi,Clémence,Xavier,Élise,Yves,Odile,Noël,Geneviève,Loïc,Agnès,Marcel
    """

  static let lastNames = """
    Martin,Bernard,Thomas,Petit,Robert,Richard,Durand,Dubois,Moreau,Laurent,Simon,Michel,Lefèvre,Leroy,Roux,David
    Bertrand,Morel,Fournier,Girard,Bonnet,Dupont,Lambert,Fontaine,Rousseau,Vincent,Muller,Lefebvre,Faure,André,Mercier
    Blanc,Guérin,Boyer,Garnier,Chevalier,François,Legrand,Gauthier,Garcia,Perrin,Robin,Clément,Morin,Nicolas,Henry
    Roussel,Mathieu,Gautier,Masson,Marchand,Duval,Denis,Dumont,Marie,Lemaire,Noël,Meyer,Dufour,Meunier,Brun,Blanchard
    Giraud,Joly,Rivière,Lucas,Brunet,Gaillard,Barbier,Arnaud,Martinez,Gérard,Roche,Renard,Schmitt,Roy,Leroux,Colin
    Vidal,Caron,Picard,Roger,Fabre,Aubert,Lemoine,Renaud,Dumas,Lacroix,Olivier,Philippe,Bourgeois,Pierre,Benoît,Rey
    Leclerc,Payet,Rolland,Leclercq,Guillaume,Lecomte,Lopez,Jean,Dupuy,Guillot,Hubert,Berger,Carpentier,Sanchez
    Dupuis,Moulin,Louis,Deschamps,Huet,Vasseur,Perez,Boucher,Fleury,Royer,Klein,Jacquet,Adam,Paris,Poirier,Marty
    Aubry,Guyot,Carré,Charles,Renault,Charpentier,Ménard,Maillard,Baron,Bertin,Bailly,Hervé,Schneider,Fernandez,Le Gall
    Collet,Léger,Bouvier,Julien,Prévost,Millet,Perrot,Daniel,Le Roux,Cousin,Germain,Breton,Besson,Langlois,Rémy
    """

  /// Each with the first digits of its postal codes.
  static let cities = """
    Paris:75,Marseille:13,Lyon:69,Toulouse:31,Nice:06,Nantes:44,Montpellier:34,Strasbourg:67,Bordeaux:33,Lille:59
    Rennes:35,Reims:51,Saint-Étienne:42,Toulon:83,Le Havre:76,Grenoble:38,Dijon:21,Angers:49,Nîmes:30
    Villeurbanne:69,Clermont-Ferrand:63,Aix-en-Provence:13,Le Mans:72,Brest:29,Tours:37,Amiens:80,Limoges:87
    Annecy:74,Perpignan:66,Metz:57,Besançon:25,Orléans:45,Rouen:76,Mulhouse:68,Caen:14,Nancy:54,Argenteuil:95
    Montreuil:93,Roubaix:59,Tourcoing:59,Dunkerque:59,Avignon:84,Poitiers:86,Versailles:78,Pau:64,La Rochelle:17
    Colmar:68,Calais:62,Antibes:06,Béziers:34,Cannes:06,Saint-Nazaire:44,Ajaccio:20,Bourges:18,Quimper:29
    Valence:26,Troyes:10,Chambéry:73,Niort:79,Lorient:56,Montauban:82,Beauvais:60,Hyères:83,Cholet:49
    Saint-Malo:35,Vannes:56,Laval:53,Arles:13,Belfort:90,Évreux:27,Chartres:28,Blois:41,Albi:81,Bayonne:64
    Brive:19,Carcassonne:11,Angoulême:16,Tarbes:65,Nevers:58,Auxerre:89,Périgueux:24,Mâcon:71,Sète:34,Vichy:03
    Castres:81,Agen:47,Biarritz:64
    """

  static let streets = """
    rue de la Paix,rue Victor Hugo,rue de la Gare,avenue Jean Jaurès,rue Pasteur,place de la République,rue de la Mairie
    rue des Écoles,avenue de la Gare,rue Gambetta,rue du Moulin,rue de la Liberté,place de la Mairie,rue Jules Ferry
    rue des Jardins,boulevard Voltaire,rue de la Fontaine,rue du Stade,rue du Château,rue Voltaire,rue des Lilas
    rue Émile Zola,rue de Verdun,avenue Foch,rue du Général de Gaulle,chemin des Vignes,rue Carnot,rue des Roses
    rue du Lavoir,impasse des Tilleuls,place du Marché,rue Molière,rue de Bretagne,allée des Cerisiers,rue des Acacias
    rue Saint-Michel,rue de la Forêt,rue du Four,chemin du Moulin,rue Lamartine,rue Racine,quai de la Loire,rue du Lac
    rue des Prés,boulevard Pasteur,rue de la Poste,rue Diderot,allée des Chênes,rue de Normandie,cours Lafayette
    rue du Port,rue Balzac,avenue du Parc,rue des Peupliers,rue de Provence,rue Montaigne,chemin de la Plaine
    rue du Pont,rue Haute,rue de Bourgogne,rue Neuve,avenue des Pins
    """

  /// Each with the first digits of its postal codes.
  static let regions = """
    Auvergne-Rhône-Alpes:01 03 07 15 26 38 42-43 63 69 73-74,Bourgogne-Franche-Comté:21 25 39 58 70-71 89-90
    Bretagne:22 29 35 56,Centre-Val de Loire:18 28 36-37 41 45,Corse:20,Grand Est:08 10 51-52 54-55 57 67-68 88
    Hauts-de-France:02 59-60 62 80,Île-de-France:75 77-78 91-95,Normandie:14 27 50 61 76
    Nouvelle-Aquitaine:16-17 19 23-24 33 40 47 64 79 86-87,Occitanie:09 11-12 30-32 34 46 48 65-66 81-82
    Pays de la Loire:44 49 53 72 85,Provence-Alpes-Côte d’Azur:04-06 13 83-84
    """

  static let words = """
    balcon,banque,barque,bateau,bâtiment,bibliothèque,bijou,billet,blé,bouteille,boutique,branche,bureau,cabane,cadeau
    cadre,café,cahier,caisse,calcul,calendrier,camion,campagne,canal,carnet,carte,casque,centre,cerise,chaise,chambre
    champ,chanson,chapitre,château,chemin,cheval,ciel,cinéma,citron,classe,clef,client,cloche,coffre,collège,colline
    commande,compte,concert,contrat,copie,corde,couleur,couloir,courrier,couteau,crayon,cuisine,date,décision
    demande,départ,dessin,devis,dictionnaire,dimanche,dossier,douane,drapeau,dune,face,facture,famille,farine,fenêtre
    ferme,fête,feuille,fichier,figure,film,fleur,fleuve,fontaine,forêt,forme,fourchette,frontière,fruit,galerie,gant
    garage,gare,gâteau,glace,groupe,guichet,guide,jardin,journal,journée,jupe,jury,lac,laine,lampe,langue,lecture,lettre
    lieu,ligne,liste,livre,logement,lune,lumière,machine,magasin,maison,manteau,marché,marteau,matin,melon,message
    métal,méthode,meuble,miel,miroir,modèle,moment,montagne,montre,moteur,moulin,musée,musique,navire,neige,note
    nuage,numéro,page,pain,panier,papier,parc,passage,pause,pays,peinture,personne,phare,photo,pièce,pierre,place
    plage,plan,planète,plante,plateau,poche,poire,pomme,pont,porte,poste,poterie,prairie,prix,problème,produit,profil
    projet,province,question,quai,radio,raison,rapport,recette,région,règle,réponse,réseau,réunion,rivière,robe,roue
    route,rue,sable,sac,saison,salle,savon,séance,semaine,sentier,service,signal,soirée,soleil,sortie,source,station
    stylo,sucre,table,tableau,tapis,tasse,téléphone,temps,terrain,théâtre,ticket,toit,tour,train,travail,vacances
    valise,vallée,vent,verre,veste,viande,vigne,village,ville,visite,voisin,voiture,voyage
    """

  static let products = """
    Lampe de bureau,Chaise de bureau,Bureau réglable,Sac à dos,Gourde,Cafetière,Grille-pain,Bouilloire,Casque audio
    Clavier,Souris,Écran,Enceinte,Carnet,Stylo plume,Portefeuille,Parapluie,Lunettes de soleil,Chaussures de course
    Veste,Pull,Écharpe,Gants,Imperméable,Vélo,Casque,Tapis de yoga,Tente,Sac de couchage,Réchaud,Lampe torche,Perceuse
    Boîte à outils,Échelle,Tuyau d’arrosage,Pot de fleurs,Planche à découper,Jeu de couteaux,Poêle,Tasse,Bol,Couverture
    Oreiller,Cadre de lit,Étagère,Miroir,Horloge,Tapis
    """

  static let colors = """
    noir,blanc,gris,rouge,vert,bleu,jaune,orange,violet,rose,brun,beige,argent,or,turquoise,bleu marine,olive,bordeaux
    """

  static let companies = """
    # SARL
    # SA
    # SAS
    # et Fils
    # Frères
    # Conseil
    # Distribution
    # Industrie
    # Services
    Groupe #
    """

  static let sentences = """
    Chaque # correspond à un ou plusieurs éléments de type « # ».
    Après chaque #, on vérifie chaque #.
    Sans # ni #, rien ne change.
    Notre # se trouve devant votre #.
    Entre # et #, le choix reste ouvert.
    Votre # vaut bien notre #.
    Avec # et #, tout est plus simple.
    Chaque # remplace chaque ancien modèle de la série « # ».
    Pour chaque #, prévoyez votre # et votre #.
    Personne ne pensait trouver #, # et # au même endroit.
    Notre # reste avec votre #.
    Ici, « # » signifie aussi « # ».
    Merci de remettre votre # avec votre #.
    Ni # ni # ne manquent.
    Cherchons ensemble #, # et #.
    Leur # dépend surtout de leur #.
    """

  static let headings = """
    Votre # et votre #
    Choisir entre # et #
    Questions sur chaque #
    Notes : #
    Notre # en bref
    Tout sur votre #
    """
}
