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

  static let cities = """
    Paris,Marseille,Lyon,Toulouse,Nice,Nantes,Montpellier,Strasbourg,Bordeaux,Lille,Rennes,Reims,Saint-Étienne,Toulon
    Le Havre,Grenoble,Dijon,Angers,Nîmes,Villeurbanne,Clermont-Ferrand,Aix-en-Provence,Le Mans,Brest,Tours,Amiens
    Limoges,Annecy,Perpignan,Metz,Besançon,Orléans,Rouen,Mulhouse,Caen,Nancy,Argenteuil,Montreuil,Roubaix,Tourcoing
    Dunkerque,Avignon,Poitiers,Versailles,Pau,La Rochelle,Colmar,Calais,Antibes,Béziers,Cannes,Saint-Nazaire,Ajaccio
    Bourges,Quimper,Valence,Troyes,Chambéry,Niort,Lorient,Montauban,Beauvais,Hyères,Cholet,Saint-Malo,Vannes,Laval,Arles
    Belfort,Évreux,Chartres,Blois,Albi,Bayonne,Brive,Carcassonne,Angoulême,Tarbes,Nevers,Auxerre,Périgueux,Mâcon,Sète
    Vichy,Castres,Agen,Biarritz
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

  static let regions = """
    Auvergne-Rhône-Alpes,Bourgogne-Franche-Comté,Bretagne,Centre-Val de Loire,Corse,Grand Est,Hauts-de-France
    Île-de-France,Normandie,Nouvelle-Aquitaine,Occitanie,Pays de la Loire,Provence-Alpes-Côte d’Azur,Guadeloupe
    Martinique,Guyane,La Réunion,Mayotte
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
